package agent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/channels/desk/agent"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg/pgtest"
	"lianou/intake/begun"
)

// lets gives the booth's room what leaves calls to their callers.
func (b *booth) lets(t *testing.T, deps *agent.Deps) {
	t.Helper()
	var err error
	deps.Begun, err = begun.NewDesk(begun.DeskDeps{DB: b.d.DB, Gateway: b.d.Keys.Platform.Gateway, Shared: b.d.Keys.Platform.Shared, Calendar: b.d.Book.Calendar, Audit: b.d.Audit, Bell: b.d.Bell})
	must(t, err)
}

// An agent leaves half a form to its caller: what is typed arrives sealed at the gateway
// with who typed it and in which second it was heard; the call stays in the list, in
// nobody's hands, with its draft, and is to be rung when its time has come. Without a name
// and a number it is not left: nobody could say whom it was about.
//
// Controls: handOn without held, "another agent left it"; Hand without next_try, "the list".
func TestLeftToTheCaller(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	if code, page := b.ask(t, "0317", "/desk/agent/call/CA1", nil); code != 200 || !strings.Contains(page, "交给本人接着填") || !strings.Contains(page, "念给他听") {
		t.Fatalf("the page of a call: %d", code)
	}
	typed := form(map[string]string{"heard.m0.age": "94000-101000", "applicant.id_number": ""})
	if code, page := b.ask(t, "0317", "/desk/agent/call/CA1/hand", typed); code != 422 || !strings.Contains(page, "先问清要帮的人的姓名和身份证号") {
		t.Errorf("without a number: %d", code)
	}
	typed = form(map[string]string{"heard.m0.age": "94000-101000"})
	if code, _ := b.ask(t, "0318", "/desk/agent/call/CA1/hand", typed); code != 409 {
		t.Errorf("another agent left it: %d", code)
	}
	if code, _ := b.ask(t, "0317", "/desk/agent/call/CA1/hand", typed); code >= 400 {
		t.Fatalf("left to the caller: %d", code)
	}
	if _, page := b.ask(t, "0317", "/desk/agent/waiting", nil); !strings.Contains(page, "交给本人接着填") || !strings.Contains(page, "再打") {
		t.Errorf("the list: %s", page)
	}
	store, err := begun.New(begun.Deps{DB: b.d.Env.DB(pgtest.Gateway), Opener: b.d.Keys.Gateway.Opener, Shared: b.d.Keys.Gateway.Shared, Audit: audit.NewTo(b.d.Keys.Gateway.Platform)})
	must(t, err)
	conn, err := pgx.Connect(t.Context(), b.d.Env.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), `insert into citizen values ('c' || repeat('0', 32), now())`)
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	body, err := store.Try(t.Context(), begun.Who{Citizen: "c" + strings.Repeat("0", 32), Phone: phone}, "CA1", "张桂兰 "+channeltest.ID[14:])
	must(t, err)
	var c channels.Carried
	must(t, json.Unmarshal(body, &c))
	age := c.Known.Sources["members/m1/age"]
	if c.Known.Fields["form/applicant.name"] != "张桂兰" || c.Known.Fields["form/live.region"] != channeltest.Town || string(c.Known.Facts["members/m1/age"]) != "63" ||
		age.FromMS != 94_000 || age.Staff != b.d.ID(t, "0317") || age.CallID != "CA1" || c.Call.ID != "CA1" {
		t.Errorf("it carries %s, age from %+v", body, age)
	}
	_, err = conn.Exec(t.Context(), `update call set next_try = $1 where id = 'CA1'`, time.Now().Add(-time.Minute))
	must(t, err)
	if _, page := b.ask(t, "0317", "/desk/agent/waiting", nil); !strings.Contains(page, "本人没报完,请回电") {
		t.Errorf("when the time has come: %s", page)
	}
	if _, page := b.ask(t, "0318", "/desk/agent/call/CA1", nil); !strings.Contains(page, "打了,没人接") {
		t.Error("whoever takes it is not told to ring")
	}
}
