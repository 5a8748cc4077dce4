package attack

import (
	"bytes"
	"encoding/binary"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"

	"lianou/cmd/internal/visitor"
)

// chinese reports whether a sentence is one for a citizen.
func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// with gives the form with one thing changed.
func with(form map[string]any, path string, v any) map[string]any {
	out := maps.Clone(form)
	head, tail, deep := strings.Cut(path, ".")
	if !deep {
		out[head] = v
		return out
	}
	inner, _ := out[head].(map[string]any)
	out[head] = with(inner, tail, v)
	return out
}

// wrongDigit is the number with another last digit: nothing else is wrong with it.
func wrongDigit(id string) string {
	last := byte('0')
	if id[17] == '0' {
		last = '1'
	}
	return id[:17] + string(last)
}

// Each bad form gets its own answer, at both doors of citizens: status, stable
// code, a Chinese sentence, one entry in the audit log, and no row. Every form
// differs from an accepted one in one thing.
// Controls: DecodeForm without DisallowUnknownFields; ParseID without the check
// digit; a Host without Audit.
func TestBadForms(t *testing.T) {
	who := made(1).known(t)
	tokens := map[string]string{"app": who.app(t), "wechat": who.wechat(t)}
	good := who.form(t, "app", tokens["app"])
	who.form(t, "wechat", tokens["wechat"]) // the same strokes, uploaded by the other account too
	for door, token := range tokens {
		first := accepted(t, door, token, with(good, "key", "repeated-"+door))
		again := apply(t, door, token, with(good, "key", "repeated-"+door))
		if again.status != http.StatusOK || !bytes.Contains(again.body, []byte(first)) {
			t.Errorf("%s: the same form again: %d %s", door, again.status, again.body)
		}
	}
	for _, c := range []struct {
		name   string
		form   map[string]any
		status int
		code   string
	}{
		{"unknown field", with(good, "amount", 100000), 422, "unknown_field"},
		{"unknown field inside", with(good, "applicant.role", "officer"), 422, "unknown_field"},
		{"unknown fact", with(good, "household.rich", true), 422, "unknown_fact"},
		{"wrong check digit", with(good, "applicant.id_number", wrongDigit(who.id)), 422, "invalid_id_number"},
		{"no such township", with(good, "live.region", "371426999"), 422, "invalid_live.region"},
		{"another city", with(good, "live.region", "370102001"), 422, "invalid_region"},
		{"a card with a wrong digit", with(good, "account", who.card[:18]+string('0'+(who.card[18]-'0'+1)%10)), 422, "invalid_bank_account"},
		{"a paper nobody uploaded", with(good, "papers", []any{map[string]any{"kind": "id_front", "digest": digestOf("nothing")}}), 422, "invalid_papers"},
		{"script for a name", with(good, "applicant.name", `<script>alert(1)</script>`), 422, "invalid_applicant.name"},
		{"over the limit", with(good, "story", strings.Repeat("长", 100_000)), 413, "body_too_large"},
	} {
		for door, token := range tokens {
			t.Run(c.name+"/"+door, func(t *testing.T) { refusedForm(t, door, token, c.form, c.status, c.code) })
		}
	}
	for door, token := range tokens {
		t.Run("same key other body/"+door, func(t *testing.T) {
			refusedForm(t, door, token, with(with(good, "key", "repeated-"+door), "story", "别的话"), 409, "key_reused")
		})
		t.Run("nobody/"+door, func(t *testing.T) { refusedForm(t, door, "not.a.token", good, 401, "") })
	}
}

func refusedForm(t *testing.T, door, token string, form map[string]any, status int, code string) {
	t.Helper()
	before, traces := rows(t), refusals(t, code)
	a := apply(t, door, token, form)
	p := a.problem(t)
	if code == "" {
		code, traces = p.Code, refusals(t, p.Code)-1 // written already: what counts is that it is there
	}
	if a.status != status || p.Status != status || p.Code != code || !chinese(p.Detail) {
		t.Errorf("answer %d %+v, want %d %s and a sentence", a.status, p, status, code)
	}
	noTrace(t, before)
	audited(t, code, traces)
}

// noTrace holds that a refusal left no row behind.
func noTrace(t *testing.T, before [5]int) {
	t.Helper()
	if after := rows(t); after != before {
		t.Errorf("rows %v before and %v after a refusal", before, after)
	}
}

// audited waits for the entry: it is written behind the answer.
func audited(t *testing.T, code string, before int) {
	t.Helper()
	until(t, "the entry refusal."+code, func() bool { return refusals(t, code) > before })
}

// A photo that is no photo, a signature that is none.
// Control: CheckImage that believes the stated type.
func TestBadUploads(t *testing.T) {
	who := made(2).known(t)
	tokens := map[string]string{"app": who.app(t), "wechat": who.wechat(t)}
	for _, c := range []struct {
		name, kind, mime string
		data             []byte
		status           int
		code             string
	}{
		{"a page as a photo", "id_front", "image/jpeg", []byte("<html><script>alert(1)</script>"), 415, "image_unsupported"},
		{"svg", "id_front", "image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), 415, "image_unsupported"},
		{"a cut photo", "id_front", "image/png", picture(t)[:40], 422, "image_broken"},
		{"a tap as a signature", "strokes", "application/json", []byte(`[{"points":[{"x":1,"y":1}]}]`), 422, "invalid_signature"},
		{"a kind nobody knows", "passport", "image/png", picture(t), 422, "invalid_kind"},
		{"too large", "id_front", "image/png", make([]byte, 13<<20), 413, ""},
	} {
		for door, token := range tokens {
			t.Run(c.name+"/"+door, func(t *testing.T) {
				body, kind := upload(t, c.kind, c.mime, c.data)
				before := rows(t)
				a := send(t, "POST", city.Gateway+"/c/"+door+"/papers", body, "Authorization", "Bearer "+token, "Content-Type", kind)
				p := a.problem(t)
				if a.status != c.status || (c.code != "" && p.Code != c.code) || !chinese(p.Detail) {
					t.Errorf("answer %d %+v, want %d %s and a sentence", a.status, p, c.status, c.code)
				}
				noTrace(t, before)
				audited(t, p.Code, 0)
			})
		}
	}
}

// The window: what is wrong is said in Chinese on the page, traced, and not filed.
// Control: a platform whose doors are opened without Audit.
func TestBadWindow(t *testing.T) {
	clerk := sits(t, "pingyuan.clerk")
	who := made(3)
	good := who.window()
	good.Set("key", "window-repeated-1")
	if _, err := counter(t, clerk, good); err != nil {
		t.Fatalf("the good form: %v", err)
	}
	for _, c := range []struct {
		name, field, value string
		files              []visitor.File
		status             int
		code               string
	}{
		{"same key other body", "story", "别的话", nil, 409, "key_reused"},
		{"wrong check digit", "applicant.id_number", wrongDigit(who.id), nil, 422, "invalid_id_number"},
		{"no such township", "live.village", "371426999999", nil, 422, "invalid_live.region"},
		{"unknown fact", "h.rich", "true", nil, 422, "unknown_fact"},
		{"not signed", "sign.applicant", "", nil, 422, ""},
		{"signed with anything", "sign.applicant", `{"no":"strokes"}`, nil, 422, "invalid_signature"},
		{"a photo that is no photo", "key", "window-other-1", []visitor.File{{Field: "id_front", Name: "a.jpg", Type: "image/jpeg", Data: []byte("<html>")}}, 415, "image_unsupported"},
		{"over the limit", "key", "window-other-2", []visitor.File{{Field: "id_front", Name: "a.jpg", Type: "image/jpeg", Data: make([]byte, 24<<20)}}, 413, "body_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := maps.Clone(good)
			if c.name != "same key other body" {
				bad.Set("key", "window-"+digestOf(c.name)[:12])
			}
			bad.Set(c.field, c.value)
			before, traces := rows(t), allRefusals(t)
			page, err := counter(t, clerk, bad, c.files...)
			if err == nil || page == nil || page.Status != c.status || !chinese(page.Alert()) {
				t.Errorf("answer %v, want %d and a sentence", err, c.status)
			}
			refused(t, before, traces, c.code)
		})
	}
}

// The door of a village assistant: the same, and neither the spoken words nor the
// signature may be missing.
// Control: intake without the row of needs of the doorstep.
func TestBadDoorstep(t *testing.T) {
	helper := sits(t, "wangmiao.assistant1")
	who := made(6)
	page, err := helper.Open(t.Context(), "/desk/counter")
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("/c/counter/doorstep")
	if err != nil {
		t.Fatal(err)
	}
	spoken := []visitor.File{{Field: "oral", Name: "oral.wav", Type: "audio/wav", Data: speech()}}
	good := who.window()
	good.Set("key", "doorstep-repeated-1")
	if _, err := helper.Send(t.Context(), form, good, spoken...); err != nil {
		t.Fatalf("the good form: %v", err)
	}
	for _, c := range []struct {
		name, field, value string
		files              []visitor.File
		status             int
		code               string
	}{
		{"same key other body", "story", "别的话", spoken, 409, "key_reused"},
		{"wrong check digit", "applicant.id_number", wrongDigit(who.id), spoken, 422, "invalid_id_number"},
		{"no such township", "live.village", "371426999999", spoken, 422, "invalid_live.region"},
		{"unknown fact", "h.rich", "true", spoken, 422, "unknown_fact"},
		{"not spoken", "story", "又来了", nil, 422, "invalid_papers"},
		{"not signed", "sign.applicant", "", spoken, 422, "invalid_signature"},
		{"words that are none", "story", "再来", []visitor.File{{Field: "oral", Name: "a.wav", Type: "audio/wav", Data: []byte("<html>")}}, 415, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := maps.Clone(good)
			if c.status != http.StatusConflict {
				bad.Set("key", "doorstep-"+digestOf(c.name)[:12])
			}
			bad.Set(c.field, c.value)
			before, traces := rows(t), allRefusals(t)
			page, err := helper.Send(t.Context(), form, bad, c.files...)
			if err == nil || page == nil || page.Status != c.status || !chinese(page.Alert()) {
				t.Errorf("answer %v, want %d and a sentence", err, c.status)
			}
			refused(t, before, traces, c.code)
		})
	}
}

// speech is six seconds of sound.
func speech() []byte {
	const rate = 8000
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+2*rate*6)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = append(b, "\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, 2*rate*6)
	for i := range rate * 6 {
		b = binary.LittleEndian.AppendUint16(b, uint16(i%80*200))
	}
	return b
}

// The agents' form: for somebody else's call it is refused, and so is one by who is
// no agent; what is filled in wrongly is said on the page.
func TestBadAgent(t *testing.T) {
	id := "CA" + digestOf(t.Name())[:20]
	if a := deliver(t, fresh(call(id, "13705340001", ""))); a.status != http.StatusNoContent {
		t.Fatalf("the call: %d %s", a.status, a.body)
	}
	agent := sits(t, "0317")
	page, err := agent.Open(t.Context(), "/desk/agent/call/"+url.PathEscape(id))
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("/applications")
	if err != nil {
		t.Fatal(err)
	}
	good := made(4).window()
	good.Set("key", form.Values.Get("key"))
	if _, err := agent.Send(t.Context(), form, good); err != nil {
		t.Fatalf("the good form: %v", err)
	}
	other, clerk := sits(t, "0318"), sits(t, "pingyuan.clerk")
	for _, c := range []struct {
		name         string
		by           *visitor.Visitor
		field, value string
		status       int
		code         string
	}{
		{"same key other body", agent, "story", "别的话", 409, "key_reused"},
		{"wrong check digit", agent, "applicant.id_number", wrongDigit(made(4).id), 422, "invalid_id_number"},
		{"no such township", agent, "live.village", "371426999999", 422, "invalid_live.region"},
		{"unknown fact", agent, "h.rich", "true", 422, "unknown_fact"},
		{"over the limit", agent, "story", strings.Repeat("长", 400_000), 413, "body_too_large"},
		{"another's call", other, "key", id + "#9", 409, "call_not_held"},
		{"no agent", clerk, "key", id + "#9", 403, "role"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := maps.Clone(good)
			if c.code != "key_reused" {
				bad.Set("key", id+"#"+digestOf(c.name)[:8])
			}
			bad.Set(c.field, c.value)
			before, traces := rows(t), allRefusals(t)
			page, err := c.by.Send(t.Context(), form, bad)
			if err == nil || page == nil || page.Status != c.status || !chinese(page.Alert()) {
				t.Errorf("answer %v, want %d and a sentence", err, c.status)
			}
			refused(t, before, traces, c.code)
		})
	}
}

// P26, end to end: a recording that lies inside is never asked for. The call stays,
// because a person must not lose it, its recording is marked lost, and the log says
// that an address was refused.
// Control: a guard that lets every address pass, which the listener hears.
func TestRecordingInside(t *testing.T) {
	var heard atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { heard.Add(1) }))
	t.Cleanup(trap.Close)
	traces := refusals(t, "recording_source")
	const state = `select count(*) from call where id = $1 and recording_state = 'lost'`
	for i, address := range []string{
		trap.URL + "/tape.wav", strings.Replace(trap.URL, "127.0.0.1", "localhost", 1) + "/tape.wav", strings.Replace(trap.URL, "127.0.0.1", "2130706433", 1) + "/tape.wav",
		strings.Replace(trap.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1) + "/tape.wav", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
		strings.Replace(city.Standin, "http://", "http://a@", 1) + "/x",
	} {
		id := "CA" + digestOf(address)[:20]
		a := deliver(t, fresh(call(id, "13705340002", address)))
		switch {
		case a.status == http.StatusUnprocessableEntity:
			a.problem(t)
			if number(t, `select count(*) from call where id = $1`, id) != 0 {
				t.Errorf("%d: refused and kept", i)
			}
		case a.status == http.StatusNoContent:
			until(t, "the recording to be given up", func() bool { return number(t, state, id) == 1 })
		default:
			t.Errorf("%s: %d %s", address, a.status, a.body)
		}
	}
	if heard.Load() != 0 {
		t.Errorf("the listener inside was asked %d times", heard.Load())
	}
	until(t, "entries of refused addresses", func() bool { return refusals(t, "recording_source") >= traces+4 })
	redirected(t, trap.URL, &heard)
}

// redirected lets the exchange answer for a recording with a redirect inside.
func redirected(t *testing.T, inside string, heard *atomic.Int64) {
	t.Helper()
	if a := send(t, "POST", city.Standin+"/admin/faults", toJSON(t, map[string]any{"service": "exchange", "mode": "inside", "times": 20}), "Content-Type", "application/json"); a.status != http.StatusCreated {
		t.Fatalf("switch the fault on: %d %s", a.status, a.body)
	}
	defer send(t, "POST", city.Standin+"/admin/mend", []byte(`{"service":"exchange"}`), "Content-Type", "application/json")
	id := "CA" + digestOf("redirect")[:20]
	if a := deliver(t, fresh(call(id, "13705340003", city.Standin+"/exchange/recordings/"+id+".wav"))); a.status != http.StatusNoContent {
		t.Fatalf("the call: %d %s", a.status, a.body)
	}
	const tried = `select count(*) from call where id = $1 and recording_state in ('pending', 'lost') and recording = ''`
	until(t, "the call", func() bool { return number(t, tried, id) == 1 })
	if heard.Load() != 0 {
		t.Errorf("a redirect to %s was followed", inside)
	}
}
