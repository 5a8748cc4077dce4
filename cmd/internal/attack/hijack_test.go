package attack

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianou/cmd/internal/visitor"
)

// seen is what a citizen's door tells of one application.
type seen struct {
	Status, Say, Next string
	Items, Timeline   []json.RawMessage
}

func status(t *testing.T, token, receipt string) seen {
	t.Helper()
	a := send(t, "GET", city.Gateway+"/c/app/applications/"+receipt, nil, "Authorization", "Bearer "+token)
	var s seen
	if a.status != 200 || json.Unmarshal(a.body, &s) != nil {
		t.Fatalf("status of %s: %d %s", receipt, a.status, a.body)
	}
	return s
}

// steals makes the form of somebody who knows another person's number and nothing
// else: own telephone, own card, an invented name.
func (p person) steals(t *testing.T, token string, victim person) map[string]any {
	t.Helper()
	form := p.form(t, "app", token)
	form["applicant"] = map[string]any{"name": "无名", "id_number": victim.id}
	form["contact"] = map[string]any{"name": "赵六", "phone": p.phone, "capacity": "member"}
	form["people"] = []any{map[string]any{"ref": "m1", "name": "无名", "id_number": victim.id}}
	form["story"] = "想看看"
	return form
}

// routed waits until the case of a receipt stands in its township.
func routed(t *testing.T, receipt string) int {
	t.Helper()
	id := opened(t, receipt)
	until(t, "the case to be routed", func() bool {
		return number(t, `select count(*) from casefile where id = $1 and routed is not null`, id) == 1
	})
	return id
}

// Who bought a list of identity numbers learns nothing from it: an application
// with a victim's number shows its sender that it came and that somebody will
// call, however far the victim's case goes.
// Control: casefile's doubtOf answering "" shows the victim's timeline.
func TestANumberAloneReadsNothing(t *testing.T) {
	victim, thief := made(61).known(t), made(62).known(t)
	mine := victim.app(t)
	first := accepted(t, "app", mine, victim.form(t, "app", mine))
	id := routed(t, first)
	token := thief.app(t)
	second := accepted(t, "app", token, thief.steals(t, token, victim))
	if got := opened(t, second); got != id {
		t.Fatalf("the second application lies with case %d, want %d", got, id)
	}
	if s := status(t, token, second); s.Status != "received" || s.Next != "有人会联系您。" || len(s.Items)+len(s.Timeline) != 0 {
		t.Errorf("the thief sees %+v", s)
	}
	if s := status(t, mine, first); len(s.Timeline) == 0 || s.Status != "routed" {
		t.Errorf("the victim sees %+v", s)
	}
	if n := number(t, `select count(*) from notice n join case_application a on a.receipt = $1 and n.citizen = a.citizen
		where n.case_id = $2 and n.kind <> 'received'`, second, id); n != 0 {
		t.Errorf("%d notices of the case went to the thief", n)
	}
	officer := sits(t, "wangmiao.officer")
	page, err := officer.Open(t.Context(), "/desk/township/case/"+strconv.Itoa(id))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"先核对", "无名", victim.name, victim.phone[7:], thief.phone[7:], victim.card[len(victim.card)-4:], thief.card[len(thief.card)-4:], "想看看", "地里淹了"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("the officer does not see %q side by side", want)
		}
	}
	weigh(t, officer, id, "set_aside")
	if s := status(t, token, second); s.Status != "ask_one" || !strings.Contains(s.Next, "身份证") || len(s.Items)+len(s.Timeline) != 0 {
		t.Errorf("set aside, the thief sees %+v", s)
	}
}

// Who files first in another's name does not catch what the victim sends later: an
// officer sees both, and puts the true one in its place.
// Control: as above; the victim's application is then linked in silence and the
// case keeps the thief's name, telephone and card.
func TestAFalseFirstApplicationCatchesNothing(t *testing.T) {
	victim, thief := made(63).known(t), made(64).known(t)
	token := thief.app(t)
	first := accepted(t, "app", token, thief.steals(t, token, victim))
	id := routed(t, first)
	mine := victim.app(t)
	second := accepted(t, "app", mine, victim.form(t, "app", mine))
	if got := opened(t, second); got != id {
		t.Fatalf("the second application lies with case %d, want %d", got, id)
	}
	if n := number(t, `select count(*) from notice n join case_application a on a.application = n.application and a.citizen = n.citizen where a.receipt = $1`, second); n == 0 {
		until(t, "the victim to be told", func() bool {
			return number(t, `select count(*) from notice n join case_application a on a.application = n.application and a.citizen = n.citizen where a.receipt = $1`, second) == 1
		})
	}
	officer := sits(t, "wangmiao.officer")
	weigh(t, officer, id, "replaced")
	page, err := officer.Open(t.Context(), "/desk/township/case/"+strconv.Itoa(id))
	if err != nil {
		t.Fatal(err)
	}
	if text := page.Text(); !strings.Contains(text, victim.name+"家") || !strings.Contains(text, victim.card[len(victim.card)-4:]) || !strings.Contains(text, "地里淹了") {
		t.Errorf("after the officer's word the page says %.600s", text)
	}
	if s := status(t, mine, second); len(s.Timeline) == 0 {
		t.Errorf("the victim sees %+v", s)
	}
	if s := status(t, token, first); s.Status != "ask_one" || len(s.Items)+len(s.Timeline) != 0 {
		t.Errorf("the thief sees %+v", s)
	}
}

// weigh gives an officer's word on the two applications of a case, after a look at
// what else the page wants looked at first.
func weigh(t *testing.T, officer *visitor.Visitor, id int, verdict string) {
	t.Helper()
	for said := ""; said != verdict; {
		page, err := officer.Open(t.Context(), "/desk/township/case/"+strconv.Itoa(id))
		if err != nil {
			t.Fatal(err)
		}
		form, err := page.Form("/weigh")
		if err != nil {
			t.Fatal(err)
		}
		if said = form.Values.Get("verdict"); said == "" { // two applications: nothing is ticked
			said = verdict
		}
		if _, err := officer.Send(t.Context(), form, url.Values{"verdict": {said}, "reason": {"打电话问过本人,看过身份证"}}); err != nil {
			t.Fatalf("weigh: %v", err)
		}
	}
}

// One account sends five a day, and the sixth hears when and where to go on. What a
// clerk writes down is not counted.
// Control: takeTurns and within left out of intake's commit.
func TestAHandSendsSoManyADay(t *testing.T) {
	who := made(65).known(t)
	token := who.app(t)
	for range 5 {
		accepted(t, "app", token, who.form(t, "app", token))
	}
	if a := apply(t, "app", token, who.form(t, "app", token)); a.status != 429 || a.problem(t).Code != "account_day" {
		t.Errorf("the sixth: %d %s", a.status, a.body)
	}
	other := made(66).known(t)
	theirs := other.app(t)
	form := other.form(t, "app", theirs)
	form["contact"] = map[string]any{"name": other.name, "phone": who.phone, "capacity": "self"}
	if a := apply(t, "app", theirs, form); a.status != 201 {
		t.Errorf("a stranger's telephone, typed in from another account, counted: %d %s", a.status, a.body)
	}
	if _, err := counter(t, sits(t, "pingyuan.clerk"), who.window()); err != nil {
		t.Errorf("at the window: %v", err)
	}
}

// Whatever was uploaded is no signature, and no text is signed that nobody was
// shown.
// Control: strict.uploaded answering true.
func TestWhatIsNoSignature(t *testing.T) {
	who := made(67).known(t)
	token := who.app(t)
	text, kind := upload(t, "document", "text/plain", []byte("我说的都是真的,只此一次"))
	a := send(t, "POST", city.Gateway+"/c/app/papers", text, "Authorization", "Bearer "+token, "Content-Type", kind)
	var kept struct{ Digest string }
	if a.status != 201 || json.Unmarshal(a.body, &kept) != nil {
		t.Fatalf("upload: %d %s", a.status, a.body)
	}
	for name, c := range map[string]struct {
		spoil func(signature, consent map[string]any)
		field string
	}{
		"a text for the strokes":  {func(s, _ map[string]any) { s["strokes"] = kept.Digest }, "signature"},
		"a text nobody was shown": {func(s, _ map[string]any) { s["document"] = digestOf("x") }, "signature.document"},
		"strokes for the text":    {func(s, _ map[string]any) { s["document"] = s["strokes"] }, "signature.document"},
		"consent to another text": {func(_, c map[string]any) { c["version"] = "1999-01" }, "consents"},
	} {
		form := who.form(t, "app", token)
		c.spoil(form["signature"].(map[string]any), form["consents"].([]any)[0].(map[string]any))
		if a := apply(t, "app", token, form); a.status != 422 && a.status != 400 || a.problem(t).Field != c.field {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	form := who.form(t, "app", token)
	form["signature"].(map[string]any)["document"] = kept.Digest // kept as it was shown
	accepted(t, "app", token, form)
}
