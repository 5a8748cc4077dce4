package attack

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"
	"testing"
)

// pageForm is what the app's page sends for a person, signed with strokes.
func (p person) pageForm(key string) map[string]string {
	return map[string]string{"key": key, "form/applicant.name": p.name, "form/applicant.id_number": p.id, "form/contact.phone": p.phone,
		"form/live.region": pingyuan, "form/live.detail": "7号", "area": "rural", "form/story": "地里淹了", "form/account": p.card,
		"consent/process": "yes", "consent/means_check": "yes", "strokes": scrawl(0)}
}

// fillIn sends the app's page.
func fillIn(t *testing.T, token string, fields map[string]string, photo []byte) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if photo != nil {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {"image/jpeg"}, "Content-Disposition": {`form-data; name="id_front"; filename="a.jpg"`}})
		if err == nil {
			_, err = part.Write(photo)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return send(t, "POST", city.Gateway+"/c/app/apply", b.Bytes(), "Cookie", "lianou_token="+token, "Content-Type", w.FormDataContentType())
}

var alert = regexp.MustCompile(`role="alert"[^>]*>(?:\s*<[^>]*>)*\s*([^<]+)`)

// The app's pages: what is wrong stands in Chinese on the page that was filled in,
// with an entry and no row.
// Control: applyPost that shows its errors without telling the host.
func TestBadPages(t *testing.T) {
	who := made(5).known(t)
	token := who.app(t)
	good := who.pageForm("0192c3f0-page-1")
	if a := fillIn(t, token, good, picture(t)); a.status != http.StatusSeeOther {
		t.Fatalf("the good page: %d %.300s", a.status, a.body)
	}
	for _, c := range []struct {
		name, field, value string
		photo              []byte
		status             int
		code               string
	}{
		{"same key other body", "form/story", "别的话", nil, 409, "key_reused"},
		{"wrong check digit", "form/applicant.id_number", wrongDigit(who.id), nil, 422, "invalid_id_number"},
		{"no such township", "form/live.region", "371426999", nil, 422, "invalid_live.region"},
		{"not signed", "strokes", "", nil, 422, "invalid_signature"},
		{"a tap as a signature", "strokes", `[{"points":[{"x":1,"y":1}]}]`, nil, 422, "invalid_signature"},
		{"a photo that is no photo", "form/live.detail", "8号", []byte("<html>"), 415, "image_unsupported"},
		{"a story without end", "form/story", strings.Repeat("长", 10_000), nil, 413, "field_too_large"},
		{"over the limit", "form/live.detail", "9号", make([]byte, 13<<20), 413, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := maps.Clone(good)
			if c.status != http.StatusConflict {
				bad["key"] = "page-" + digestOf(c.name)[:12]
			}
			bad[c.field] = c.value
			before, traces := rows(t), allRefusals(t)
			a := fillIn(t, token, bad, c.photo)
			said := alert.FindSubmatch(a.body)
			if a.status != c.status || said == nil || !chinese(string(said[1])) {
				t.Errorf("answer %d, want %d and a sentence: %.200s", a.status, c.status, a.body)
			}
			refused(t, before, traces, c.code)
		})
	}
}

// allRefusals counts the entries of every refusal.
func allRefusals(t *testing.T) int {
	t.Helper()
	return number(t, `select count(*) from audit_entry where act like 'refusal.%'`)
}

// refused holds that a refusal left an entry, one with the code where it has one,
// and no row.
func refused(t *testing.T, before [5]int, traces int, code string) {
	t.Helper()
	noTrace(t, before)
	until(t, "the entry of a refusal", func() bool { return allRefusals(t) > traces })
	if code != "" && refusals(t, code) == 0 {
		t.Errorf("no entry refusal.%s", code)
	}
}
