package attack

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/app"
	"lianou/channels/wechat"
)

// citizensRows are the rows of both doors of citizens, as they are mounted.
func citizensRows() map[string][]channels.Endpoint {
	return map[string][]channels.Endpoint{"app": new(app.Channel).Endpoints(), "wechat": new(wechat.Channel).Endpoints()}
}

// P21 at the citizens' doors: every row, as everybody but its citizen, for a receipt
// that exists and one that never was: the same answer, and nothing of the application.
// A new row is walked without a change here.
// Control: ServeApplication that asks by receipt alone.
func TestWalkEveryCitizensRow(t *testing.T) {
	owner, other, gone := made(51).known(t), made(52).known(t), made(53).known(t)
	token := owner.app(t)
	receipt := accepted(t, "app", token, owner.form(t, "app", token))
	opened(t, receipt)
	left := gone.app(t)
	send(t, "POST", city.Gateway+"/c/app/logout", nil, "Authorization", "Bearer "+left)
	walkers := map[string]string{"nobody": "", "another citizen": other.app(t), "another by WeChat": other.wechat(t), "somebody forged": token[:len(token)-4] + "AAAA", "somebody who left": left}
	asked := 0
	for door, rows := range citizensRows() {
		for _, r := range rows {
			for name, bearer := range walkers {
				if r.Path == "/logout" || r.Path == "/leave" {
					continue // ends the walker
				}
				asked += 2
				here, there := asks(t, door, r, bearer, receipt), asks(t, door, r, bearer, "7319052645")
				for _, canary := range []string{owner.name, receipt, owner.phone, "地里淹了"} {
					if bytes.Contains(here.body, []byte(canary)) {
						t.Errorf("%s /c/%s%s shows %s %q", r.Method, door, r.Path, name, canary)
					}
				}
				if here.status != there.status || !bytes.Equal(here.body, there.body) {
					t.Errorf("%s /c/%s%s tells %s a receipt (%d) from none (%d)", r.Method, door, r.Path, name, here.status, there.status)
				}
			}
		}
	}
	t.Logf("%d requests", asked)
	if a := send(t, "GET", city.Gateway+"/c/app/applications/"+receipt, nil, "Authorization", "Bearer "+token); a.status != http.StatusOK {
		t.Errorf("its own citizen gets %d: the walk would prove nothing", a.status)
	}
}

var anyWildcard = regexp.MustCompile(`\{[^}]+\}`)

// asks puts a receipt in every place of a request; what repeats it is taken out of
// the answer again.
func asks(t *testing.T, door string, r channels.Endpoint, bearer, receipt string) answer {
	t.Helper()
	path := anyWildcard.ReplaceAllStringFunc(r.Path, func(s string) string {
		if s == "{$}" {
			return ""
		}
		return receipt
	})
	body := toJSON(t, map[string]string{"receipt": receipt, "key": receipt, "code": receipt[:6], "refresh": receipt})
	a := send(t, r.Method, city.Gateway+"/c/"+door+path+"?receipt="+receipt+"&q="+receipt, body, "Authorization", "Bearer "+bearer,
		"Cookie", "lianou_token="+bearer, "Content-Type", "application/json")
	spoken := receipt[:4] + " " + receipt[4:8] + " " + receipt[8:]
	for _, said := range []string{receipt, spoken} {
		a.body = bytes.ReplaceAll(a.body, []byte(said), nil)
	}
	a.body = freshKey.ReplaceAll(a.body, nil)
	return a
}

// freshKey is the name that every empty form carries.
var freshKey = regexp.MustCompile(`name="key" value="[^"]*"`)

// schemas are the keys that the app's own description gives each answer, by
// operation and status.
func schemas(t *testing.T) map[string][]string {
	t.Helper()
	var doc struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(send(t, "GET", city.Gateway+"/c/app/openapi.json", nil).body, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for status, r := range op.Responses {
				for _, c := range r.Content {
					keys := map[string]bool{}
					c.Schema.keys("", doc.Components.Schemas, keys)
					for k := range keys {
						name := strings.ToUpper(method) + " " + path + " " + status
						out[name] = append(out[name], k)
					}
				}
			}
		}
	}
	return out
}

type operation struct {
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]schema
	Items      *schema
}

// keys lists the paths of all keys, lists folded as keysOf folds them.
func (s schema) keys(at string, all map[string]schema, into map[string]bool) {
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		s = all[name]
	}
	if s.Items != nil {
		s.Items.keys(at, all, into)
	}
	for k, inner := range s.Properties {
		into[at+k] = true
		if strings.Count(at, ".") < 4 {
			inner.keys(at+k+".", all, into)
		}
	}
}

// P22: what the description declares is what somebody has thought about (declared),
// and what both doors answer is among it, refusals included.
// Control: a field more in channels.ApplicationAnswer.
func TestSchemasAreDeclared(t *testing.T) {
	said := schemas(t)
	for name, list := range map[string]string{"POST /login/code 202": "login/code", "POST /login 200": "login", "POST /papers 201": "papers", "POST /applications 201": "receipt",
		"GET /applications 200": "applications", "GET /applications/{receipt} 200": "applications", "POST /applications 422": "problem"} {
		if len(said[name]) == 0 {
			t.Errorf("%s is not described", name)
		}
		for _, k := range said[name] {
			if !slices.Contains(strings.Fields(declared[list]), k) && k != "$schema" {
				t.Errorf("%s describes the undeclared key %q", name, k)
			}
		}
	}
	who := made(54).known(t)
	token := who.wechat(t)
	auth := []string{"Authorization", "Bearer " + token}
	base := city.Gateway + "/c/wechat"
	first := apply(t, "wechat", token, who.form(t, "wechat", token))
	compare(t, "receipt", first, declared["receipt"])
	body, kind := upload(t, "id_front", "image/png", picture(t))
	compare(t, "papers", send(t, "POST", base+"/papers", body, append(auth, "Content-Type", kind)...), declared["papers"])
	compare(t, "applications", send(t, "GET", base+"/applications", nil, auth...), declared["applications"])
	for door, rows := range citizensRows() {
		for _, r := range rows {
			if r.Method == http.MethodPost {
				strict(t, door, r, token)
			}
		}
	}
}

// strict sends a body with a key nobody declared: it is refused, and the refusal has
// no key more than declared (mass assignment).
func strict(t *testing.T, door string, r channels.Endpoint, token string) {
	t.Helper()
	a := send(t, r.Method, city.Gateway+"/c/"+door+r.Path, []byte(`{"role":"officer","region":"371426104","citizen":"1"}`), "Authorization", "Bearer "+token, "Content-Type", "application/json")
	var v any
	if json.Unmarshal(a.body, &v) != nil {
		return // a page
	}
	if a.status < 400 && r.Path != "/logout" {
		t.Errorf("%s /c/%s%s takes unknown keys: %d", r.Method, door, r.Path, a.status)
	}
	keys := map[string]bool{}
	keysOf(v, "", keys)
	for k := range keys {
		if !slices.Contains(strings.Fields(declared["problem"]), k) {
			t.Errorf("%s /c/%s%s refuses with the undeclared key %q", r.Method, door, r.Path, k)
		}
	}
}
