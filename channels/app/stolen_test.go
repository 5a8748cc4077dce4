package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/core/citizen"
	"lianou/intake"
)

// entered logs somebody in whose openid WeChat vouches for.
func (d *door) entered(t *testing.T, openid string) citizen.Login {
	t.Helper()
	l, err := d.env.Citizens.LoginWeChat(t.Context(), openid, "")
	must(t, err)
	return l
}

// opened lays down the state of an application that an account made here.
func (d *door) opened(t *testing.T, account, receipt string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, citizen, status, updated)
		select id, 1, region, receipt, $1, 'received', now() from application where receipt = $2`, account, receipt)
	must(t, err)
}

// A token opens the account of its own openid and no other: with somebody else's, the
// interview, the photos, the draft, the applications and their papers of a person can be
// neither read, nor sent, nor changed, whatever is known of them; and of two tokens no third
// is made.
//
// Control: Uploaded whoever put it; open that does not verify ("her account in his session:
// 200").
func TestTokenOfAnotherOpenid(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	hers, his := d.entered(t, "o-guilan"), d.entered(t, "o-thief")
	a := &asked{t: t, s: s, token: hers.Token}
	if status, out := a.do("POST", "/interview", map[string]any{"capacity": "self"}); status != 201 {
		t.Fatalf("begin: %d %v", status, out)
	}
	a.answer(map[string]any{"value": "俺日子难"})
	was := a.revision()
	_, front := upload(t, s, hers.Token, "id_front", photo(t))
	_, strokes := upload(t, s, hers.Token, "strokes", []byte(finger))
	draft := channeltest.Form("0192c3f0-hers-1", strokes["digest"].(string))
	draft.Papers = []intake.PaperForm{{Kind: "id_front", Digest: front["digest"].(string)}}
	whole := encoded(t, draft)
	status, filed := call(t, s, "POST", "/applications", hers.Token, whole)
	if status != 201 {
		t.Fatalf("her own: %d %v", status, filed)
	}
	receipt, _ := filed["receipt"].(string)
	d.opened(t, hers.Citizen.ID, receipt)
	if status, _ := call(t, s, "GET", "/applications/"+receipt, hers.Token, ""); status != 200 {
		t.Fatalf("her own case: %d", status)
	}
	signature := channeltest.Form("0192c3f0-his-2", strokes["digest"].(string))
	_, own := upload(t, s, his.Token, "strokes", []byte(strings.Replace(finger, `"x":4,"y":4`, `"x":9,"y":7`, 1)))
	picture := channeltest.Form("0192c3f0-his-3", own["digest"].(string))
	picture.Papers = draft.Papers
	reply := `{"step":"` + a.step("ref") + `","revision":` + strconv.FormatInt(was, 10) + `,"answer":{"value":"李四"}}`
	for name, x := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"her interview":                {"GET", "/interview", "", 404, "interview_none"},
		"an answer in it":              {"POST", "/interview/answers", reply, 404, "interview_none"},
		"a step back in it":            {"POST", "/interview/back", `{"revision":` + strconv.FormatInt(was, 10) + `}`, 404, "interview_none"},
		"its end":                      {"POST", "/interview/application", encoded(t, a.confirm("0192c3f0-his-1")), 404, "interview_none"},
		"her draft, sent again":        {"POST", "/applications", whole, 422, "invalid_papers"},
		"her signature under his form": {"POST", "/applications", encoded(t, signature), 422, "invalid_signature"},
		"her photo in his form":        {"POST", "/applications", encoded(t, picture), 422, "invalid_papers"},
		"her case":                     {"GET", "/applications/" + receipt, "", 404, "not_found"},
		"papers to her case":           {"POST", "/applications/" + receipt + "/papers", `{"key":"` + uuid.NewString() + `","papers":[{"kind":"other","digest":"` + front["digest"].(string) + `"}]}`, 404, "not_found"},
	} {
		status, out := call(t, s, x.method, x.path, his.Token, x.body)
		if status != x.status || out["code"] != x.code || out["detail"] == "" || strings.Contains(encoded(t, out), receipt) {
			t.Errorf("%s: %d %v, want %d %s", name, status, out, x.status, x.code)
		}
	}
	for _, path := range []string{"/applications", "/payouts", "/mandates"} {
		if raw := listed(t, s, path, his.Token); raw != "[]" {
			t.Errorf("%s of who has none: %s", path, raw)
		}
	}
	if status, _ := a.do("GET", "/interview", nil); status != 200 || a.revision() != was {
		t.Errorf("her interview afterwards: %d, revision %d, was %d", status, a.revision(), was)
	}
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
	for name, token := range map[string]string{
		"her account in his session": spliced(t, his.Token, hers.Token, 0, 16),
		"her session in his account": spliced(t, his.Token, hers.Token, 16, 32),
		"her head, his signature":    spliced(t, his.Token, hers.Token, 0, 41),
		"his signature taken off":    spliced(t, hers.Token, strings.Repeat("A", len(hers.Token)), 41, 105),
		"a refresh token for one":    hers.Refresh,
	} {
		if status, out := call(t, s, "GET", "/interview", token, ""); status != 401 || out["code"] != "login_again" {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
}

// spliced is a token with some bytes of another's in the place of its own.
func spliced(t *testing.T, of, from string, begin, end int) string {
	t.Helper()
	read := func(token string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(token[4:])
		must(t, err)
		return raw
	}
	raw := read(of)
	copy(raw[begin:end], read(from)[begin:end])
	return of[:4] + base64.RawURLEncoding.EncodeToString(raw)
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	must(t, err)
	return string(raw)
}

// listed gives an answer that is a list, as it came.
func listed(t *testing.T, s *httptest.Server, path, token string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/c/app"+path, nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	must(t, err)
	return strings.TrimSpace(string(raw))
}
