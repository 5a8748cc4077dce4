package agent_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/intake/calls"
	"lianou/intake/talks"
	"lianou/transcription"
)

// booth is the agents' room with two calls of one number, which the register has under
// two names.
type booth struct {
	d       *desktest.Desk
	calls   *calls.Log
	gateway *calls.Log
	room    *agent.Room
	talks   *talks.Store
	chats   *talks.Desk
	people  map[string]core.PersonID
	handler http.Handler
	cookies map[string]*http.Cookie
}

func newBooth(t *testing.T) *booth {
	t.Helper()
	d := desktest.New(t)
	exchange, ours := d.Calls(t)
	phone := core.CallerPhone(channeltest.Phone)
	for i, id := range []string{"CA1", "CA2"} {
		_, err := exchange.Heard(t.Context(), calls.Report{ID: id, Exchange: "test", Caller: phone, Called: "12345", Began: time.Now().Add(time.Duration(i-9) * time.Minute)})
		must(t, err)
	}
	b := &booth{d: d, gateway: exchange, calls: ours, people: map[string]core.PersonID{}}
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	reg, err := registry.New(registry.Config{Ring: d.Keys.Platform.Ring, Log: d.Audit, Regions: d.Regions})
	must(t, err)
	must(t, d.Env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return registry.SaveRegions(ctx, tx, d.Regions)
	}))
	for _, name := range []string{"周桂兰", "王小军"} {
		must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, ids, err := reg.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}, registry.NewHousehold{
				Live: core.Place{Region: channeltest.Town}, Members: []registry.NewPerson{{Ref: "m1", Relation: "applicant", Name: name, Birth: core.NewDate(1961, 3, 4), Sex: "female", Phone: phone}}})
			if err == nil {
				b.people[name] = ids[0]
			}
			return err
		}))
	}
	b.talks, b.chats = d.Talks(t)
	deps := agent.Deps{Desk: d.Shell, Chats: b.chats, Calls: b.calls, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell, Registry: reg}
	b.lets(t, &deps)
	room := agent.New(deps)
	b.room = room
	b.cookies = d.Sessions(t, room, "0317", "0318")
	b.handler, err = d.Shell.Handler(room)
	must(t, err)
	return b
}

// ask sends one request of an agent and gives the status and the page.
func (b *booth) ask(t *testing.T, login, target string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(b.cookies[login])
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// What an agent types is there after a reload, after the browser broke, and for whoever
// takes the call up from them; it is nobody else's to read or to change.
// Control: form() without DraftOf, "after a reload the name is gone".
func TestDraftOfACall(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	code, page := b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	if code != 200 || !strings.Contains(page, `data-draft="/desk/agent/call/CA1/draft" data-rev="0"`) {
		t.Fatalf("the page of a call: %d %s", code, page)
	}
	typed := form(map[string]string{"draft.rev": "0", "story": "说到一半就断了", "item": "MZ-03", "sign.applicant": "strokes"})
	if code, said := b.ask(t, "0317", "/desk/agent/call/CA1/draft", typed); code != 200 || !strings.Contains(said, `"rev":1`) {
		t.Fatalf("save: %d %s", code, said)
	}
	other := form(map[string]string{"draft.rev": "0", "story": "另一页上写的"})
	if code, said := b.ask(t, "0317", "/desk/agent/call/CA1/draft", other); code != 409 || !strings.Contains(said, "另一个页面上改过") {
		t.Errorf("a page that has not seen the newest: %d %s", code, said)
	}
	if code, _ := b.ask(t, "0318", "/desk/agent/call/CA1/draft", typed); code != 409 {
		t.Errorf("an agent who does not hold the call: %d", code)
	}
	_, page = b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	for _, want := range []string{"张桂兰", "说到一半就断了", `value="CA1#0192c3f0"`, `data-rev="1"`, `id="itemMZ-03" checked`, `value="means_check" checked`} {
		if !strings.Contains(page, want) {
			t.Errorf("after a reload %q is gone", want)
		}
	}
	if strings.Contains(page, "strokes") {
		t.Error("a signature was kept with the draft")
	}
	b.ask(t, "0317", "/desk/agent/call/CA1/release", url.Values{})
	if _, page := b.ask(t, "0318", "/desk/agent/call/CA1", nil); !strings.Contains(page, "说到一半就断了") {
		t.Error("whoever takes the call up asks the family again")
	}
	b.ask(t, "0318", "/desk/agent/call/CA1/done", url.Values{"outcome": {"answered"}})
	var left int
	must(t, b.d.DB.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from draft`).Scan(&left)
	}))
	if left != 0 {
		t.Errorf("%d drafts of a call that is over", left)
	}
}

// A number is a hint: whoever has it in the register may be speaking, under a masked
// name. One press says yes or no, for this call: for the next from the number, which may
// be forged, it is a hint. Controls: callersOf without Said, "denied once, offered again";
// offer() that asks Theirs and not Here, "an old word opens the household".
func TestWhoMaySpeak(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	_, page := b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	if strings.Count(page, "可能是") != 2 || !strings.Contains(page, "周某某(女,") || !strings.Contains(page, "平原县王庙镇") {
		t.Fatalf("two may speak: %s", page)
	}
	if strings.Contains(page, "周桂兰") || strings.Contains(page, "王小军") {
		t.Error("a name stands in full before anybody said it")
	}
	say := func(call, name, theirs string) (int, string) {
		form := url.Values{"person": {b.id(name)}, "theirs": {theirs}}
		return b.ask(t, "0317", "/desk/agent/call/"+call+"/caller", form)
	}
	if code, part := say("CA1", "王小军", "no"); code != 200 || strings.Contains(part, "王某") {
		t.Errorf("denied once, offered again: %d %s", code, part)
	}
	if code, part := say("CA1", "周桂兰", "yes"); code != 200 || !strings.Contains(part, "您认过了") || !strings.Contains(part, "家里没有办过申请") {
		t.Errorf("confirmed: %d %s", code, part)
	}
	if code, _ := say("CA2", "周桂兰", "yes"); code != 409 {
		t.Errorf("of a call nobody took: %d", code)
	}
	_, page = b.ask(t, "0317", "/desk/agent/call/CA2", nil)
	if strings.Contains(page, "您认过了") || strings.Contains(page, "办过申请") || !strings.Contains(page, "以前打过 1 次") {
		t.Errorf("an old word opens the household to whoever has the number: %s", page)
	}
	if first, second := strings.Index(page, "周某某"), strings.Index(page, "王某某"); first < 0 || second < first || strings.Count(page, "上回是") != 1 {
		t.Errorf("who it was the last time is not offered first: %s", page)
	}
	if code, _ := b.ask(t, "0317", "/desk/agent/call/CA2/caller", url.Values{"person": {"4242"}, "theirs": {"yes"}}); code != 422 {
		t.Errorf("somebody whom the number does not lead to: %d", code)
	}
}

// An answered call without sound stands on the desk until somebody says why. Control:
// alerts() of nothing, "told of no alert".
func TestCallWithoutSoundIsTold(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	long := time.Now().Add(-time.Hour)
	_, err := b.gateway.Heard(t.Context(), calls.Report{ID: "CA3", Exchange: "test", Began: long, Answered: long, Ended: long.Add(123 * time.Second)})
	must(t, err)
	_, err = b.gateway.CheckSound(t.Context())
	must(t, err)
	if code, part := b.ask(t, "0317", "/desk/agent/alerts", nil); code != 200 || !strings.Contains(part, "说了 2 分 03 秒,没有录音") || !strings.Contains(part, "/desk/agent/alerts/CA3/explained") {
		t.Fatalf("told of no alert: %d %s", code, part)
	}
	if code, _ := b.ask(t, "0317", "/desk/agent/alerts/CA3/explained", url.Values{"word": {" "}}); code != 422 {
		t.Errorf("closed without a word: %d", code)
	}
	if code, part := b.ask(t, "0317", "/desk/agent/alerts/CA3/explained", url.Values{"word": {"测试电话,没人说话"}}); code != 200 || strings.Contains(part, "CA3") {
		t.Errorf("explained: %d %s", code, part)
	}
}

// What a caller wanted by key stands in the list and on the call. The number that they keyed in, of
// the application that the voice opened for them or of a notice, stands on no page until who holds
// the call opens it, which leaves an entry with its purpose; in the table it is sealed.
//
// Controls: the number beside the button (`CK1: the number is shown unasked`); opened without KeyedIn
// (`who does not hold the call opens it: 200`, `0 entries`).
func TestWhatACallerKeyedInIsShown(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	for _, c := range []struct {
		id     string
		wish   calls.Wish
		keyed  calls.Keyed
		word   string
		says   string
		rings  bool
		number string
	}{
		{"CK1", calls.WishAppeal, "receipt:7319052645", "要重新看,请回电", "定得不对,要重新看", true, "7319 0526 45"},
		{"CK2", calls.WishUnsolved, "receipt:7319052645", "没解决,请回电", "他按键说:没有解决", true, "7319 0526 45"},
		{"CK3", calls.WishObject, "notice:4031", "对公示有意见", "公示不对。听完录音", false, "4031"},
		{"CK4", calls.WishObject, "", "对公示有意见", "没有编号", false, ""},
		{"CK5", calls.WishCallBack, "receipt:7319052645", "请回电", "他在电话里按过号", true, "7319 0526 45"},
	} {
		long := time.Now().Add(-time.Minute)
		_, err := b.gateway.Heard(t.Context(), calls.Report{ID: c.id, Exchange: "sip", Caller: core.CallerPhone(channeltest.Phone), Began: long, Answered: long, Ended: long.Add(20 * time.Second), Wish: c.wish, Keyed: c.keyed})
		must(t, err)
		if _, list := b.ask(t, "0317", "/desk/agent/waiting", nil); !strings.Contains(list, c.word) {
			t.Errorf("%s: the list does not say %q", c.id, c.word)
		}
		keyed := "/desk/agent/call/" + c.id + "/keyed"
		if code, part := b.ask(t, "0317", keyed, url.Values{"reason": {"替他记下"}}); code < 400 || c.number != "" && strings.Contains(part, c.number) {
			t.Errorf("%s: who does not hold the call opens it: %d", c.id, code)
		}
		code, page := b.ask(t, "0317", "/desk/agent/call/"+c.id, nil)
		if code != 200 || !strings.Contains(page, c.says) || strings.Contains(page, keyed) != (c.number != "") {
			t.Errorf("%s: the call does not say %q: %d", c.id, c.says, code)
		}
		if c.number != "" {
			if bare := strings.ReplaceAll(c.number, " ", ""); strings.Contains(page, c.number) || strings.Contains(page, bare) {
				t.Errorf("%s: the number is shown unasked", c.id)
			}
			before := b.keyedEntries(t, c.id)
			if code, part := b.ask(t, "0317", keyed, url.Values{"reason": {"替他记下"}}); code != 200 || !strings.Contains(part, ">"+c.number+"<") || b.keyedEntries(t, c.id) != before+1 {
				t.Errorf("%s: opened: %d %s, %d entries", c.id, code, part, b.keyedEntries(t, c.id))
			}
		}
		if strings.Contains(page, "/"+c.id+"/missed") != c.rings {
			t.Errorf("%s: whether it is offered to be rung in vain: %v", c.id, !c.rings)
		}
		if code, _ := b.ask(t, "0317", "/desk/agent/call/"+c.id+"/done", url.Values{"outcome": {"answered"}, "why": {"wrong_key"}, "why_says": {"他按错了"}}); code >= 400 {
			t.Errorf("%s is not finished: %d", c.id, code)
		}
	}
}

// keyedEntries is how often it is noted that what was keyed in was opened.
func (b *booth) keyedEntries(t *testing.T, call string) (n int) {
	t.Helper()
	must(t, b.d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'field.revealed' and subject = 'call:' || $1 and purpose = 'reveal'`, call).Scan(&n)
	}))
	return n
}

// A form that nobody reads out, the window's and an assistant's at the door, shows beside itself
// who is told, before it is sent (F70).
//
// Control: Judged that sets no Whom ("200: " and nothing of who is told).
func TestAFormShowsWhoIsTold(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	form := url.Values{"applicant.name": {"张秀英"}, "contact.phone": {"13905340022"}, "contact.capacity": {"committee"}, "contact.name": {"李书记"}, "live.county": {"371424"}}
	if code, part := b.ask(t, "0317", "/desk/judge", form); code != 200 || !strings.Contains(part, "告诉谁") || !strings.Contains(part, "告诉村(居)委会李书记,发到 139****0022。消息只发给这个号。") {
		t.Errorf("%d: %s", code, part)
	}
	if _, part := b.ask(t, "0317", "/desk/judge", url.Values{"contact.phone": {"13905340022"}}); strings.Contains(part, "告诉谁") {
		t.Error("it is said before there is an applicant")
	}
}

func (b *booth) id(name string) string { return strconv.FormatInt(int64(b.people[name]), 10) }

// says is what an engine hears while a call lasts.
func (b *booth) says(t *testing.T, call string, list []transcription.Segment) {
	t.Helper()
	captions, err := b.gateway.Captions(call)
	must(t, err)
	for _, s := range list {
		must(t, captions.Put(t.Context(), s))
	}
}

// Calls of one number that hung up are one line with how many they are, and a page of the
// list says which it is.
//
// Control: rows without Same.
func TestOneLineForOneNumber(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	phone := core.CallerPhone("13800000009")
	for i := range 3 {
		at := time.Now().Add(time.Duration(i-30) * time.Minute)
		_, err := b.gateway.Heard(t.Context(), calls.Report{ID: "CB" + strconv.Itoa(i), Exchange: "test", Caller: phone, Called: "12345", Began: at, Ended: at.Add(time.Second)})
		must(t, err)
	}
	code, page := b.ask(t, "0317", "/desk/agent/waiting?page=1", nil)
	if code != 200 || strings.Count(page, "<li") != 3 || strings.Count(page, "这个号码一共 3 通,回一次就都了结") != 1 || strings.Contains(page, "后一页") {
		t.Errorf("%d: %s", code, page)
	}
	if code, page = b.ask(t, "0317", "/desk/agent/waiting?page=2", nil); code != 200 || !strings.Contains(page, `href="/desk/agent?page=1">前一页`) || !strings.Contains(page, "现在没有人等着") {
		t.Errorf("%d: %s", code, page)
	}
}
