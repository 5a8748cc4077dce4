package app

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/citizen"
)

// taking is the body by which an account takes an invitation up.
func taking(code string) string {
	return `{"code":"` + code + `","name":"张桂兰","agent":"李秀英"}`
}

// notOf is a well-formed code that is not this one.
func notOf(code string) string {
	seven := "1357913"
	if strings.HasPrefix(code, seven) {
		seven = "2468024"
	}
	return seven + string(core.DammDigit(seven))
}

// Who guesses from many accounts at one address is slowed down there, and nobody at another
// address is; what opened costs no try, so that one person may help a village.
//
// Control seen red: mayOpen without the source ("63 guesses"). Named: Offer without opened ("helper 10: 429").
func TestGuessesAreCountedBySource(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person := d.as(t, channeltest.Phone)
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	at := func(source, token, path, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/c/app/helpers/"+path, strings.NewReader(body))
		r.RemoteAddr = source + ":4711"
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		return w.Code
	}
	var accounts []citizen.Login
	for i := range 7 {
		accounts = append(accounts, d.as(t, fmt.Sprintf("1390535000%d", i)))
	}
	for i := range 12 { // more than one account has tries
		if code := at("192.0.2.9", accounts[0].Token, "offer", `{"code":"`+in.Code+`","name":"张桂兰"}`); code != 200 {
			t.Fatalf("helper %d: %d", i, code)
		}
	}
	guesses := 0
	for _, a := range accounts {
		for range 9 {
			if at("192.0.2.1", a.Token, "accept", taking(notOf(in.Code))) == 422 {
				guesses++
			}
		}
	}
	if guesses != 60 {
		t.Errorf("%d guesses from one address", guesses)
	}
	if code := at("192.0.2.1", accounts[6].Token, "accept", taking(in.Code)); code != 429 {
		t.Errorf("the right one at last, from there: %d", code)
	}
	if code := at("192.0.2.2", d.as(t, "13905349999").Token, "accept", taking(in.Code)); code != 200 {
		t.Errorf("a helper at another address: %d", code)
	}
}

// Of many who have a code at once, one takes it up; one entry, one person told.
//
// Control, named: Accept's update without `account is null` and no trigger mandate_grant_stays ("2 took it up").
func TestOneTakesACodeUp(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person := d.as(t, channeltest.Phone)
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	const many = 6
	var tokens [many]string
	for i := range many {
		tokens[i] = d.as(t, fmt.Sprintf("1390535001%d", i)).Token
	}
	var got [many]int
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() { got[i], _ = ask[any](t, s, "POST", "/helpers/accept", tokens[i], taking(in.Code)) })
	}
	all.Wait()
	taken := 0
	for _, status := range got {
		if status == 200 {
			taken++
		} else if status != 422 {
			t.Errorf("answered %d", status)
		}
	}
	if taken != 1 {
		t.Errorf("%d took it up: %v", taken, got)
	}
	for sql, want := range map[string]int{
		`select count(*) from audit_entry where act = 'mandate.accepted'`:              1,
		`select count(*) from jobs_gateway.river_job where kind = 'helper_tell'`:       2, // one person, by chat and by text message
		`select count(*) from mandate_grant where account is not null`:                 1,
		`select count(*) from mandate_grant where account is null and revoked is null`: 0,
	} {
		if n := d.count(t, sql); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}
}

// An invitation that was read out to the wrong ear is taken back before anybody takes it
// up; who is nobody takes nothing up; and the same person is not helped twice by one.
//
// Controls, named: Standing without the invitation that waits ("no invitation waits"); offered
// without `revoked is null` ("after it was taken back: 200").
func TestACodeIsTakenBack(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper := d.as(t, channeltest.Phone), d.as(t, "13905349999")
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	for name, token := range map[string]string{"nobody": "", "a token of a desk": "ab" + strings.Repeat("0", 62), "a refresh token": helper.Refresh} {
		if status, _ := ask[any](t, s, "POST", "/helpers/accept", token, taking(in.Code)); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	waits := func(token string) (id int64) {
		_, list := ask[[]channels.HelperAnswer](t, s, "GET", "/helpers", token, "")
		for _, h := range list {
			if h.State == "waiting" {
				id = h.ID
			}
		}
		return id
	}
	id := waits(person.Token)
	if id == 0 || waits(helper.Token) != 0 {
		t.Fatalf("no invitation waits for its person alone: %d", id)
	}
	want(t, endHelper(t, s, helper.Token, id), 404)
	want(t, endHelper(t, s, person.Token, id), 204)
	if status, _ := ask[any](t, s, "POST", "/helpers/accept", helper.Token, taking(in.Code)); status != 422 || waits(person.Token) != 0 {
		t.Errorf("after it was taken back: %d", status)
	}
	if n := d.count(t, `select count(*) from jobs_gateway.river_job where kind = 'helper_tell'`); n != 0 {
		t.Errorf("%d are told of what nobody took up", n)
	}
	helps(t, s, person.Token, helper.Token, "李秀英")
	_, again := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	if status, _ := ask[any](t, s, "POST", "/helpers/accept", helper.Token, taking(again.Code)); status != 409 {
		t.Errorf("the same helper once more: %d", status)
	}
}

// A name is somebody else's as well: what a helper filed under it without a number is seen
// by nobody but who filed it, shows no money, and ends with the right. And each does what
// was entrusted to them, no more.
//
// Controls, named: grant_applications' first part without the number ("the person sees
// what may be another's"); Use for the supplement without its scope ("hands in papers: 201").
func TestAHelperDoesWhatWasEntrusted(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, all, looks, files := d.as(t, channeltest.Phone), d.as(t, "13905349999"), d.as(t, "13905348888"), d.as(t, "13905347777")
	own := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	first := helps(t, s, person.Token, all.Token, "李秀英")
	scoped := func(token, scopes string) {
		status, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, strings.Replace(inviting, `"apply","supplement","notices"`, scopes, 1))
		want(t, status, 200)
		status, _ = ask[any](t, s, "POST", "/helpers/accept", token, taking(in.Code))
		want(t, status, 200)
	}
	if status, _ := ask[any](t, s, "POST", "/helpers/invite", person.Token, strings.Replace(inviting, `"apply","supplement","notices"`, `"supplement"`, 1)); status != 422 {
		t.Errorf("papers for what cannot be seen: %d", status)
	}
	scoped(looks.Token, `"notices"`)
	scoped(files.Token, `"apply"`)
	nameless := d.file(t, filing{account: all.Citizen.ID, name: "张桂兰", as: core.CapacityEntrusted})
	page := func(token string, receipt core.Receipt) int {
		status, _ := call(t, s, "GET", "/applications/"+string(receipt), token, "")
		return status
	}
	hand := func(token string, receipt core.Receipt) int {
		status, _ := call(t, s, "POST", "/applications/"+string(receipt)+"/papers", token, `{"key":"`+uuid.NewString()+`","note":"存折在他大儿子那里"}`)
		return status
	}
	for name, c := range map[string]struct{ got, want int }{
		"the person sees what may be another's": {page(person.Token, nameless), 404},
		"who filed it sees it":                  {page(all.Token, nameless), 200},
		"a second helper sees it":               {page(looks.Token, nameless), 404},
		"who may look, looks":                   {page(looks.Token, own), 200},
		"who may look, hands in papers":         {hand(looks.Token, own), 403},
		"who may file, looks":                   {page(files.Token, own), 404},
		"who may file, hands in papers":         {hand(files.Token, own), 404},
		"who may do all, hands in papers":       {hand(all.Token, own), 201},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	mine := d.file(t, filing{account: files.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted})
	want(t, page(files.Token, mine), 403) // told to file, not to look
	want(t, page(person.Token, mine), 200)
	want(t, endHelper(t, s, person.Token, first), 204)
	want(t, page(all.Token, nameless), 403)
	if n := d.count(t, `select count(*) from mandate where receipt = '`+string(nameless)+`' and revoked is null`); n != 0 {
		t.Error("what was filed by name still stands")
	}
}
