package attack

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lianou/cmd/internal/visitor"
)

// keysOf lists the paths of all keys of a JSON answer, lists folded.
func keysOf(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			into[at+k] = true
			keysOf(inner, at+k+".", into)
		}
	case []any:
		for _, inner := range v {
			keysOf(inner, at, into)
		}
	}
}

// declared are the keys each answer may have; a new one is added here by somebody
// who has thought about it.
var declared = map[string]string{
	"problem":      "type title status code detail field",
	"login/code":   "say ticket",
	"login":        "token refresh first account",
	"papers":       "kind digest mime size card card.side card.name card.id_number card.address card.valid card.note",
	"receipt":      "receipt spoken duplicate spooled at say",
	"applications": "receipt status say next items items.name items.status items.detail items.say items.amount items.period items.sample items.item items.hear items.state items.again items.unsolved timeline timeline.at timeline.say timeline.says timeline.kind updated supplement timeline.money supplement.asked supplement.how supplement.say supplement.since supplement.until supplement.sent supplement.sent.at supplement.sent.count supplement.sent.say appeals reopens",
}

// P22: an answer to a citizen has the declared keys and no other, and shows no
// number in full, not even one's own.
// Control: casefile.Status returned as it is.
func TestAnswersHaveDeclaredKeys(t *testing.T) {
	who := made(21).known(t)
	base := city.Gateway + "/c/app"
	seen := map[string]answer{"login/code": send(t, "POST", base+"/login/code", toJSON(t, map[string]string{"phone": made(23).known(t).phone}))}
	token := who.app(t)
	auth := []string{"Authorization", "Bearer " + token}
	body, kind := upload(t, "id_front", "image/png", picture(t))
	seen["papers"] = send(t, "POST", base+"/papers", body, append(auth, "Content-Type", kind)...)
	form := who.form(t, "app", token)
	first := apply(t, "app", token, form)
	seen["receipt"] = first
	var got struct{ Receipt string }
	if err := json.Unmarshal(first.body, &got); err != nil {
		t.Fatal(err)
	}
	opened(t, got.Receipt)
	for _, path := range []string{"/applications", "/applications/" + got.Receipt} {
		a := send(t, "GET", base+path, nil, auth...)
		compare(t, path, a, declared["applications"])
		unmasked(t, path, string(a.body), who)
	}
	for name, a := range seen {
		compare(t, name, a, declared[name])
		unmasked(t, name, string(a.body), who)
	}
	for _, path := range []string{"/mine", "/mine/" + got.Receipt, "/news"} {
		a := send(t, "GET", base+path, nil, "Cookie", "lianou_token="+token)
		if a.status != 200 {
			t.Errorf("%s: %d", path, a.status)
		}
		unmasked(t, path, string(a.body), who)
	}
}

func compare(t *testing.T, name string, a answer, may string) {
	t.Helper()
	var v any
	if a.status >= 300 || json.Unmarshal(a.body, &v) != nil {
		t.Errorf("%s: %d %.200s", name, a.status, a.body)
		return
	}
	keys := map[string]bool{}
	keysOf(v, "", keys)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(strings.Fields(may), k) {
			t.Errorf("%s answers the undeclared key %q", name, k)
		}
	}
}

func unmasked(t *testing.T, where, text string, p person) {
	t.Helper()
	for name, secret := range map[string]string{"number": p.id, "phone": p.phone, "card": p.card} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows the %s in full", where, name)
		}
	}
}

var idShape = regexp.MustCompile(`\b[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]\b`)

// The desk shows masked numbers too; the full one only by an act that says why and
// leaves an entry, and not for ever.
// Control: View that reveals.
func TestDeskMasksNumbers(t *testing.T) {
	who := made(22)
	clerk := sits(t, "pingyuan.clerk")
	done, err := counter(t, clerk, who.window())
	if err != nil {
		t.Fatal(err)
	}
	unmasked(t, "the receipt", done.Body, who)
	receipt := strings.ReplaceAll(regexp.MustCompile(`\d{4} \d{4} \d{2}`).FindString(done.Text()), " ", "")
	at := "/desk/township/case/" + itoa(opened(t, receipt))
	officer := sits(t, "wangmiao.officer")
	for _, path := range []string{at, "/desk/township", "/desk/township?q=" + receipt, "/desk/township/list"} {
		page, err := officer.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		unmasked(t, path, page.Body, who)
		if hit := idShape.FindString(page.Body); hit != "" {
			t.Errorf("%s shows something like a number", path)
		}
	}
	revealed(t, officer, at, who)
	revealedAtOnce(t, sits(t, "wangmiao.approver"), at, who)
}

// revealedAtOnce asks for forty full numbers at the same time: who cannot have the
// 31st one after another cannot have it this way either.
// Control: audit.Revealed without its lock.
func revealedAtOnce(t *testing.T, approver *visitor.Visitor, at string, who person) {
	t.Helper()
	var shown atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			page, err := approver.Send(t.Context(), &visitor.Form{Action: at + "/reveal"}, url.Values{"field": {"account"}, "reason": {"核对卡号"}})
			if err == nil && strings.Contains(page.Body, who.card) {
				shown.Add(1)
			}
		})
	}
	all.Wait()
	if shown.Load() != 30 {
		t.Errorf("%d of forty full numbers asked for at once were shown, want 30", shown.Load())
	}
}

// revealed asks for full numbers until it is too often.
func revealed(t *testing.T, officer *visitor.Visitor, at string, who person) {
	t.Helper()
	ask := func(reason string) (*visitor.Page, error) {
		return officer.Send(t.Context(), &visitor.Form{Action: at + "/reveal"}, url.Values{"field": {"account"}, "reason": {reason}})
	}
	const entries = `select count(*) from audit_entry where act = 'field.revealed'`
	before, refused := number(t, entries), refusals(t, "reveals_exceeded")
	if page, err := ask(""); err == nil || strings.Contains(page.Body, who.card) || number(t, entries) != before {
		t.Error("a full number without a reason")
	}
	for i := range 30 {
		if page, err := ask("核对卡号"); err != nil || !strings.Contains(page.Body, who.card) {
			t.Fatalf("full number %d: %v", i+1, err)
		}
	}
	if page, err := ask("核对卡号"); err == nil || page.Status != 429 || strings.Contains(page.Body, who.card) {
		t.Errorf("the 31st full number of an hour: %v", err)
	}
	if n := number(t, entries); n != before+30 {
		t.Errorf("30 reveals and %d entries", n-before)
	}
	audited(t, "reveals_exceeded", refused)
}
