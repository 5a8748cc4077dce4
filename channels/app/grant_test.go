package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/realname"
)

// helping is a door at which people invite who helps them.
func helping(t *testing.T) *door {
	t.Helper()
	d := newDoor(t)
	keys, db := d.house.Keys.Gateway, d.db.DB(pgtest.Gateway)
	log := audit.NewTo(keys.Platform)
	var err error
	d.queue, err = jobs.NewInserter(jobs.Gateway)
	must(t, err)
	d.env.Mandates, d.env.Helpers = mandate.NewReader(db, log, d.queue), mandate.NewHelpers(db, keys.Shared, log, d.queue)
	d.env.RealName = func(_ context.Context, name string, _ core.IDNumber) realname.Answer {
		if name != "张桂兰" {
			return realname.Answer{Outcome: realname.Mismatch}
		}
		return realname.Answer{Outcome: realname.Match}
	}
	return d
}

// as logs a telephone in.
func (d *door) as(t *testing.T, number string) citizen.Login {
	t.Helper()
	phone, err := core.ParsePhone(number)
	must(t, err)
	code, err := d.env.Citizens.SendCode(t.Context(), phone, number)
	must(t, err)
	l, err := d.env.Citizens.LoginPhone(t.Context(), phone, code, number)
	must(t, err)
	return l
}

// filing is an application as the platform opens it; the number may be empty.
type filing struct {
	account, name, number string
	as                    core.Capacity
	town                  core.RegionCode // channeltest.Town where empty
}

func (d *door) file(t *testing.T, f filing) core.Receipt {
	t.Helper()
	platform := d.house.Keys.Platform
	log := audit.New(platform.Ring)
	cases, err := casefile.New(casefile.Config{Ring: platform.Ring, Shared: platform.Shared, Audit: log})
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	var number core.IDNumber
	if f.number != "" {
		number, err = core.ParseID(f.number, core.DateOf(time.Now()))
		must(t, err)
	}
	town := cmp.Or(f.town, channeltest.Town)
	id := uuid.Must(uuid.NewV7()).String()
	nine := fmt.Sprintf("4%08d", uuid.New().ID()%100_000_000)
	a := core.Application{ID: core.ApplicationID(id), Receipt: core.Receipt(nine + string(core.DammDigit(nine))), Channel: "app", Key: id, At: time.Now(),
		Contact:   core.Contact{Name: "李秀英", Phone: phone, Capacity: f.as, CitizenID: f.account},
		Applicant: core.Applicant{Ref: "m1", Name: f.name, ID: number}, Live: core.Place{Region: town},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		opened, err := cases.Open(ctx, tx, casefile.NewCase{Application: a, Region: town, Town: "王庙镇"})
		if err != nil {
			return err
		}
		return mandate.NewStore(log).Keyed(cases.Shared(), nil).Claim(ctx, tx, opened.Case, town, &a)
	}))
	return a.Receipt
}

// ask calls the API and reads an answer of any shape.
func ask[T any](t *testing.T, s *httptest.Server, method, path, token, body string) (status int, out T) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/c/app"+path, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	must(t, err)
	if w.StatusCode == http.StatusOK {
		must(t, json.Unmarshal(raw, &out))
	}
	return w.StatusCode, out
}

// sees is what stands in an account's list that it can read, not only that it is there.
func sees(t *testing.T, s *httptest.Server, token string) (list []core.Receipt) {
	t.Helper()
	_, rows := ask[[]channels.ApplicationAnswer](t, s, "GET", "/applications", token, "")
	for _, row := range rows {
		if !strings.Contains(row.Next, "收回") {
			list = append(list, row.Receipt)
		}
	}
	slices.Sort(list)
	return list
}

func inOrder(list ...core.Receipt) []core.Receipt { slices.Sort(list); return list }

const inviting = `{"name":"张桂兰","id_number":"` + channeltest.ID + `","kind":"entrusted","scopes":["apply","supplement","notices"]}`

// helps invites and takes up, and gives the id of what stands between the two.
func helps(t *testing.T, s *httptest.Server, person, helper, agent string) int64 {
	t.Helper()
	status, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person, inviting)
	if status != 200 || len(in.Code) != 8 {
		t.Fatalf("invited: %d %+v", status, in)
	}
	status, got := ask[channels.HelperAnswer](t, s, "POST", "/helpers/accept", helper, `{"code":"`+in.Spoken+`","name":"张 桂兰","agent":"`+agent+`"}`)
	if status != 200 || got.For != "张桂兰" || got.Given {
		t.Fatalf("accepted: %d %+v", status, got)
	}
	return got.ID
}

// otherID is the number of somebody else in the family.
func otherID() string {
	const first = "37142419650101002"
	return first + string(core.IDCheckDigit(first))
}

// A helper sees, of an account, what is for who invited them, and no more; another helper
// and a stranger see and end nothing of theirs; when it ends, all of it ends.
//
// Controls seen red: grant_applications' second part without number_key ("the helper sees" the wife's), without `g.revoked is null`
// ("after the end the helper sees"); mandate_subject that asks only whether the application is seen ("the second helper sees the first's mandates").
func TestWhatAHelperSees(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper, second, stranger := d.as(t, channeltest.Phone), d.as(t, "13905349999"), d.as(t, "13905348888"), d.as(t, "13905347777").Token
	own := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	wife := d.file(t, filing{account: person.Citizen.ID, name: "王秀兰", number: otherID(), as: core.CapacitySelf})
	son := d.file(t, filing{account: person.Citizen.ID, name: "张小军", number: otherID(), as: core.CapacityMember})
	first := helps(t, s, person.Token, helper.Token, "李秀英")
	other := helps(t, s, person.Token, second.Token, "赵大勇")
	filed := d.file(t, filing{account: helper.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted})
	namesake := d.file(t, filing{account: helper.Citizen.ID, name: "张桂兰", number: otherID(), as: core.CapacityEntrusted})
	if got, want := sees(t, s, person.Token), inOrder(own, wife, son, filed); !slices.Equal(got, want) {
		t.Errorf("the person sees %v, want %v", got, want)
	}
	if got, want := sees(t, s, helper.Token), inOrder(own, filed, namesake); !slices.Equal(got, want) {
		t.Errorf("the helper sees %v, want %v", got, want)
	}
	if got, want := sees(t, s, second.Token), inOrder(own, filed); !slices.Equal(got, want) {
		t.Errorf("the second helper sees %v, want %v", got, want)
	}
	if got := sees(t, s, stranger); len(got) != 0 {
		t.Errorf("a stranger sees %v", got)
	}
	page := func(token string, receipt core.Receipt) int {
		status, _ := call(t, s, "GET", "/applications/"+string(receipt), token, "")
		return status
	}
	hand := func(token string, receipt core.Receipt) int {
		status, _ := call(t, s, "POST", "/applications/"+string(receipt)+"/papers", token, `{"key":"`+uuid.NewString()+`","note":"存折在他大儿子那里"}`)
		return status
	}
	for name, c := range map[string]struct{ got, want int }{
		"the helper opens the person's own":    {page(helper.Token, own), 200},
		"and what they filed":                  {page(helper.Token, filed), 200},
		"the person opens what was filed":      {page(person.Token, filed), 200},
		"the helper opens the wife's":          {page(helper.Token, wife), 404},
		"and the son's":                        {page(helper.Token, son), 404},
		"a stranger opens the person's":        {page(stranger, own), 404},
		"the helper hands in":                  {hand(helper.Token, own), 201},
		"the second helper hands in":           {hand(second.Token, filed), 201},
		"the helper hands in for the wife":     {hand(helper.Token, wife), 404},
		"a stranger hands in":                  {hand(stranger, own), 404},
		"the second ends the first's":          {endHelper(t, s, second.Token, first), 404},
		"a stranger ends it":                   {endHelper(t, s, stranger, first), 404},
		"an id of nobody":                      {endHelper(t, s, helper.Token, other+100), 404},
		"the person hands in for what's filed": {hand(person.Token, filed), 201},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	for name, c := range map[string]struct {
		token string
		want  []int64
	}{"the person": {person.Token, []int64{other, first}}, "the helper": {helper.Token, []int64{first}}, "the second": {second.Token, []int64{other}}, "a stranger": {stranger, nil}} {
		_, list := ask[[]channels.HelperAnswer](t, s, "GET", "/helpers", c.token, "")
		var got []int64
		for _, h := range list {
			got = append(got, h.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s has %v, want %v", name, got, c.want)
		}
	}
	_, theirs := list(t, s, "GET", "/mandates", second.Token, "")
	if len(theirs) != 0 {
		t.Errorf("the second helper sees the first's mandates: %+v", theirs)
	}
	d.money(t, 1)
	for name, token := range map[string]string{"the second helper": second.Token, "a stranger": stranger} {
		if _, paid := ask[[]channels.PayoutAnswer](t, s, "GET", "/payouts", token, ""); len(paid) != 0 {
			t.Errorf("%s sees money: %+v", name, paid)
		}
	}
	_, paid := ask[[]channels.PayoutAnswer](t, s, "GET", "/payouts", helper.Token, "")
	for _, p := range paid {
		if p.Receipt != namesake {
			t.Errorf("the helper sees money of %s", p.Receipt)
		}
	}
	if status := endHelper(t, s, person.Token, first); status != 204 {
		t.Fatalf("ended by the person: %d", status)
	}
	if got := sees(t, s, helper.Token); !slices.Equal(got, []core.Receipt{namesake}) {
		t.Errorf("after the end the helper sees %v", got)
	}
	if a, b, c := page(helper.Token, own), page(helper.Token, filed), hand(helper.Token, own); a != 404 || b != 403 || c != 404 {
		t.Errorf("after the end: own %d, filed %d, papers %d", a, b, c)
	}
	if got, want := sees(t, s, second.Token), inOrder(own, filed); !slices.Equal(got, want) {
		t.Errorf("and the second sees %v, want %v", got, want)
	}
	if status := endHelper(t, s, second.Token, other); status != 204 || len(sees(t, s, second.Token)) != 0 {
		t.Errorf("given back: %d, still sees %v", status, sees(t, s, second.Token))
	}
	// Two rights ended, and what was filed by the first.
	for act, want := range map[string]int{"mandate.invited": 2, "mandate.accepted": 2, "mandate.revoked": 3} {
		if n := d.count(t, `select count(*) from audit_entry where act = '`+act+`'`); n != want {
			t.Errorf("%d entries of %s, want %d", n, act, want)
		}
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'mandate.used'`); n < 5 {
		t.Errorf("%d uses on record", n)
	}
	if n := d.count(t, `select count(*) from mandate where revoked is null and granted = `+strconv.FormatInt(first, 10)); n != 0 {
		t.Errorf("%d filed by an ended right still stand", n)
	}
}

func endHelper(t *testing.T, s *httptest.Server, token string, id int64) int {
	t.Helper()
	status, _ := ask[any](t, s, "POST", "/helpers/end", token, `{"id":`+strconv.FormatInt(id, 10)+`}`)
	return status
}

// A code is good once, for a day, with its name; whoever tries reads one answer to a wrong
// name, a wrong code and one that is over.
//
// Controls seen red: codeKey without the name; mayOpen without Allow ("refused at try 30").
func TestACodeOpensOnce(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper := d.as(t, channeltest.Phone), d.as(t, "13905349999")
	for body, want := range map[string]int{
		strings.Replace(inviting, "张桂兰", "李四", 1):                  403,
		strings.Replace(inviting, `"apply"`, `"money"`, 1):         422,
		strings.Replace(inviting, "entrusted", "guardian", 1):      422,
		strings.Replace(inviting, `"kind"`, `"admin":1,"kind"`, 1): 422,
	} {
		if status, out := call(t, s, "POST", "/helpers/invite", person.Token, body); status != want {
			t.Errorf("%s: %d %v", body, status, out)
		}
	}
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	take := func(token, code, name string) (int, string) {
		status, out := call(t, s, "POST", "/helpers/accept", token, `{"code":"`+code+`","name":"`+name+`","agent":"李秀英"}`)
		said, _ := out["detail"].(string)
		return status, said
	}
	wrong := "0000000"
	if in.Code[:7] == wrong {
		wrong = "1111111"
	}
	wrong += string(core.DammDigit(wrong))
	status, said := take(helper.Token, in.Code, "张桂芳")
	if status2, said2 := take(helper.Token, wrong, "张桂兰"); status != 422 || status2 != status || said2 != said || said == "" {
		t.Errorf("a wrong name %d %q, a wrong code %d %q", status, said, status2, said2)
	}
	if status, said := take(person.Token, in.Code, "张桂兰"); status != 409 || !strings.Contains(said, "念给帮您的人") {
		t.Errorf("their own code: %d %q", status, said)
	}
	if status, out := call(t, s, "POST", "/helpers/accept", helper.Token, `{"code":"`+in.Code+`","name":"张桂兰","agent":"中奖电话13800000000"}`); status != 422 {
		t.Errorf("an advertisement for a name: %d %v", status, out)
	}
	if status, _ := take(helper.Token, in.Code, "张桂兰"); status != 200 {
		t.Fatalf("the right one: %d", status)
	}
	third := d.as(t, "13905348888")
	if again, told := take(third.Token, in.Code, "张桂兰"); again != 422 || told != said {
		t.Errorf("a second time: %d %q", again, told)
	}
	tries := 0
	for status := 422; status == 422 && tries < 30; tries++ {
		status, _ = take(third.Token, wrong, "张桂兰")
	}
	if tries != 10 { // the eleventh of the account: one was the second time above
		t.Errorf("refused at try %d", tries)
	}
	_, in = ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	fourth := d.as(t, "13905347777")
	if status, _ := take(fourth.Token, in.Code, "张桂兰"); status != 200 {
		t.Errorf("who guessed has locked another out: %d", status)
	}
}

// Control seen red: offered without `expires > $2` ("after a day: <nil>").
func TestACodeLastsADay(t *testing.T) {
	t.Parallel()
	d := helping(t)
	person, helper := d.as(t, channeltest.Phone).Citizen.ID, d.as(t, "13905349999").Citizen.ID
	number, err := core.ParseID(channeltest.ID, core.DateOf(time.Now()))
	must(t, err)
	invite := func() mandate.Code {
		g, err := d.env.Helpers.Invite(t.Context(), mandate.Invitation{Account: person, Name: "张桂兰", Number: number, Kind: core.CapacityEntrusted,
			Scopes: []mandate.Scope{mandate.Notices}, Until: core.DateOf(time.Now()).AddDate(0, 3, 0)})
		must(t, err)
		return g.Code
	}
	late := invite()
	d.db.Advance(24*time.Hour + time.Second)
	if _, err := d.env.Helpers.Accept(t.Context(), helper, "李秀英", late, "张桂兰"); core.KindOf(err) != core.KindInvalid {
		t.Errorf("after a day: %v", err)
	}
	old, fresh := invite(), invite()
	if _, err := d.env.Helpers.Accept(t.Context(), helper, "李秀英", old, "张桂兰"); core.KindOf(err) != core.KindInvalid {
		t.Errorf("the one before: %v", err)
	}
	d.db.Advance(23 * time.Hour)
	if _, err := d.env.Helpers.Accept(t.Context(), helper, "李秀英", fresh, "张桂兰"); err != nil {
		t.Errorf("within the day: %v", err)
	}
}
