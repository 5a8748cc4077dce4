package township_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sent is one record as a device sends it.
type sent struct {
	fields map[string]string
	photo  []byte
}

func record(t *testing.T, tag string, visit int) sent {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48))))
	sum, now := sha256.Sum256(b.Bytes()), time.Now().Format(time.RFC3339)
	stroke := func(x int) string {
		var points []string
		for i := range 20 {
			points = append(points, fmt.Sprintf(`{"x":%d,"y":%d,"time":%d,"pressure":0.5}`, x+i*10, 20+i*i%70, 1700000000000+i*20))
		}
		return `[{"points":[` + strings.Join(points, ",") + `]}]`
	}
	return sent{map[string]string{"key": fmt.Sprintf("0192c3f0-0000-7000-8000-%012d", visit), "visit": fmt.Sprint(visit), "seen": now, "now": now, "place": "116.43421,37.16543", "facts": "1", "who": tag,
		"statement": "两间平房,儿子卧床,家里没有贵重东西。", "present": "周桂一", "sign.first": stroke(1), "sign.second": stroke(2), "sign.household": stroke(3),
		"photos": fmt.Sprintf(`[{"sha256":%q,"taken":%q,"place":""}]`, hex.EncodeToString(sum[:]), now)}, b.Bytes()}
}

func (h house) handsIn(t *testing.T, cookie *http.Cookie, s sent) (int, map[string]string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, value := range s.fields {
		must(t, m.WriteField(name, value))
	}
	if s.photo != nil {
		part, err := m.CreateFormFile("photo", "photo.jpg")
		must(t, err)
		_, err = part.Write(s.photo)
		must(t, err)
	}
	must(t, m.Close())
	r := httptest.NewRequest(http.MethodPost, "/desk/township/visits/record", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Accept", "application/json")
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	answer := map[string]string{}
	must(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return w.Code, answer
}

// A record that is not whole, of nobody's visit, of a picture that is another one by now or of a
// day that is none is refused in a sentence that the page shows, and nothing of it is kept; the
// same one twice is one, whatever the clock says at the handing in; a phone that is a day ahead
// dates nothing tomorrow.
//
// Controls, seen red: pictures that are not held to their hash ("a picture that is changed: 200");
// the clock in the digest ("by a phone that is a day ahead: 409"); setRight that moves nothing
// ("by a phone that is a day ahead: 422").
func TestWhatADeviceHandsIn(t *testing.T) {
	t.Parallel()
	h := toVisit(t, 2)
	cookie := h.Sessions(t, h.room, "wangmiao.officer")["wangmiao.officer"]
	tag := ""
	if code, answer := h.handsIn(t, cookie, record(t, tag, 1)); code != 409 || answer["code"] != "others_record" {
		t.Errorf("another one's, under this log-in: %d %v", code, answer)
	}
	own := httptest.NewRequest(http.MethodGet, "/desk/township/visits/", nil)
	own.AddCookie(cookie)
	shown := httptest.NewRecorder()
	h.handler.ServeHTTP(shown, own)
	if found := regexp.MustCompile(`data-who="([0-9a-f]{16})"`).FindStringSubmatch(shown.Body.String()); found != nil {
		tag = found[1]
	}
	if code, answer := h.handsIn(t, cookie, record(t, tag, 1)); code != 403 || answer["code"] != "visit_not_taken" {
		t.Errorf("a visit that nobody took along: %d %v", code, answer)
	}
	r := httptest.NewRequest(http.MethodGet, "/desk/township/visits/pack", nil)
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if w.Code != 200 || strings.Count(w.Body.String(), `"visit":`) != 2 || !strings.Contains(w.Body.String(), "周桂一家") {
		t.Fatalf("taken along: %d %.400s", w.Code, w.Body.String())
	}
	if n := h.count(t, `select count(*) from audit_entry where act = 'case.read' and purpose like '%带%'`); n != 2 {
		t.Errorf("%d entries of what was taken along, want one for each of 2 cases", n)
	}
	tomorrow := time.Now().AddDate(0, 0, 1).Format(time.RFC3339)
	for name, c := range map[string]struct {
		change func(*sent)
		status int
		code   string
	}{
		"no key":                    {func(s *sent) { s.fields["key"] = "1" }, 422, "invalid_capture"},
		"a visit by a word":         {func(s *sent) { s.fields["visit"] = "one" }, 422, "invalid_capture"},
		"a place that is none":      {func(s *sent) { s.fields["place"] = "<b>" }, 422, "invalid_capture"},
		"no time":                   {func(s *sent) { s.fields["seen"] = "yesterday" }, 422, "invalid_capture"},
		"a picture too few":         {func(s *sent) { s.photo = nil }, 422, "invalid_capture"},
		"a picture that is changed": {func(s *sent) { s.photo = append(s.photo, 0) }, 422, "picture_changed"},
		"a picture of no time":      {func(s *sent) { s.fields["photos"] = `[{"sha256":"00"}]` }, 422, "picture_changed"},
		"a picture of last year": {func(s *sent) {
			s.fields["photos"] = strings.Replace(s.fields["photos"], fmt.Sprint(time.Now().Year()), fmt.Sprint(time.Now().Year()-1), 1)
		}, 422, "invalid_photo_day"},
		"dated tomorrow":      {func(s *sent) { s.fields["seen"] = tomorrow }, 422, "invalid_visit_day"},
		"a fact that is none": {func(s *sent) { s.fields["h.wealth"] = "1" }, 422, ""},
		"without a signature": {func(s *sent) { delete(s.fields, "sign.household") }, 422, "invalid_visit"},
	} {
		s := record(t, tag, 1)
		c.change(&s)
		code, answer := h.handsIn(t, cookie, s)
		if code != c.status || c.code != "" && answer["code"] != c.code || answer["say"] == "" {
			t.Errorf("%s: %d %v", name, code, answer)
		}
	}
	for _, code := range []string{"invalid_visit_day", "invalid_photo_day", "picture_changed"} {
		if n := h.count(t, fmt.Sprintf(`select count(*) from audit_entry where act = 'refusal.%s'`, code)); n == 0 {
			t.Errorf("%s stands in no log", code)
		}
	}
	if n := h.count(t, `select count(*) from visit_capture where outcome = 'second'`); n != 0 {
		t.Errorf("%d records beside one that never was", n)
	}
	if code, answer := h.handsIn(t, nil, record(t, tag, 1)); code != 401 || answer["say"] == "" {
		t.Errorf("by nobody: %d %v", code, answer)
	}
	if n := h.count(t, `select (select count(*) from visit where done is not null) + (select count(*) from visit_capture) + (select count(*) from visit_photo)`); n != 0 {
		t.Errorf("%d rows of what was refused", n)
	}
	ahead := record(t, tag, 1)
	ahead.fields["photos"] = strings.Replace(ahead.fields["photos"], ahead.fields["seen"], tomorrow, 1)
	ahead.fields["seen"], ahead.fields["now"] = tomorrow, tomorrow
	for range 2 {
		if code, answer := h.handsIn(t, cookie, ahead); code != 200 || answer["outcome"] != "recorded" {
			t.Errorf("by a phone that is a day ahead: %d %v", code, answer)
		}
		ahead.fields["now"] = time.Now().AddDate(0, 0, 1).Add(time.Second).Format(time.RFC3339)
	}
	if n := h.count(t, `select count(*) from visit_capture c join visit v on v.id = c.visit where v.done is not null and c.seen <= now() and c.seen > now() - interval '5 minutes'`); n != 1 {
		t.Errorf("%d records of now", n)
	}
	other := record(t, tag, 1)
	other.fields["statement"] = "三间新房,家里有车。"
	if code, answer := h.handsIn(t, cookie, other); code != 409 || answer["code"] != "capture_other" {
		t.Errorf("another one under the same key: %d %v", code, answer)
	}
}
