package wechat

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"lianou/core"
)

// The samples of WeChat's own page on message push.
const (
	vectorKey     = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	vectorApp     = "wxba5fad812f8e6fb9"
	vectorEncrypt = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)

func pushAt(key string, sec int64) *push {
	return &push{token: "AAAAA", key: key, appID: vectorApp, now: func() time.Time { return time.Unix(sec, 0) }}
}

func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// WeChat's own samples: the check of the address, a signature, a push of the safe mode.
//
// Control: signature looked at in place of msg_signature; fresh always true.
func TestSamplesOfWeChat(t *testing.T) {
	t.Parallel()
	echo, err := pushAt(vectorKey, 1714036504).echo(query("signature", "f464b24fc39322e44b38aa78f5edd27bd1441696", "echostr", "4375120948345356249",
		"timestamp", "1714036504", "nonce", "1514711492"))
	if err != nil || echo != "4375120948345356249" {
		t.Errorf("the check of the address: %q, %v", echo, err)
	}
	if got := sign("AAAAA", "1714037059", "486452656"); got != "899cf89e464efb63f54ddac96b0a0a235f53aa78" {
		t.Errorf("the signature of the plain sample is %s", got)
	}
	sealed := []byte(`{"ToUserName":"gh_97417a04a28d","Encrypt":"` + vectorEncrypt + `"}`)
	q := query("signature", "6c5c811b55cc85e0e1b54100749188c20beb3f5d", "timestamp", "1714112445", "nonce", "415670741",
		"openid", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "encrypt_type", "aes", "msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3")
	if m, err := pushAt(vectorKey, 1714112445).open(q, sealed); err != nil || m.Event != "debug_demo" || m.Created != 1714112445 {
		t.Errorf("safe mode: %+v, %v", m, err)
	}
	if m, err := pushAt(vectorKey, 1714112445+301).open(q, sealed); err == nil {
		t.Errorf("five minutes later: taken, %+v", m)
	}
	q.Set("msg_signature", q.Get("signature"))
	if m, err := pushAt(vectorKey, 1714112445).open(q, sealed); err == nil {
		t.Errorf("with the plain signature alone: taken, %+v", m)
	}
}

// The check of the address answers WeChat and nobody else, and gives nothing back of a
// question that is not WeChat's: what stands in it would be a page of ours by their words.
//
// Control: echo without its signature; without fresh; the signature of an empty token.
func TestCheckOfTheAddressIsProved(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	ask := func(at time.Time, change func(url.Values)) (int, string) {
		stamp := strconv.FormatInt(at.Unix(), 10)
		q := query("signature", sign("AAAAA", stamp, "7"), "timestamp", stamp, "nonce", "7", "echostr", "4375120948345356249")
		change(q)
		w := httptest.NewRecorder()
		c.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/c/wechat/push?"+q.Encode(), nil))
		return w.Code, w.Body.String()
	}
	now := time.Now()
	if code, body := ask(now, func(url.Values) {}); code != http.StatusOK || body != "4375120948345356249" {
		t.Fatalf("WeChat's own: %d %q", code, body)
	}
	set := func(pairs ...string) func(url.Values) {
		return func(q url.Values) {
			for i := 0; i < len(pairs); i += 2 {
				q.Set(pairs[i], pairs[i+1])
			}
		}
	}
	without := func(key string) func(url.Values) { return func(q url.Values) { q.Del(key) } }
	stamp := strconv.FormatInt(now.Unix(), 10)
	for name, x := range map[string]struct {
		at     time.Time
		change func(url.Values)
	}{
		"another token":              {now, set("signature", sign("BBBBB", stamp, "7"))},
		"no token":                   {now, set("signature", sign("", stamp, "7"))},
		"half a signature":           {now, set("signature", sign("AAAAA", stamp, "7")[:20])},
		"in capitals":                {now, set("signature", strings.ToUpper(sign("AAAAA", stamp, "7")))},
		"an empty signature":         {now, set("signature", "")},
		"without a signature":        {now, without("signature")},
		"as msg_signature":           {now, func(q url.Values) { q.Set("msg_signature", q.Get("signature")); q.Del("signature") }},
		"without a nonce":            {now, without("nonce")},
		"another nonce":              {now, set("nonce", "8")},
		"without a time":             {now, without("timestamp")},
		"signed without a time":      {now, set("timestamp", "", "signature", sign("AAAAA", "", "7"))},
		"a time that is none":        {now, set("timestamp", "now", "signature", sign("AAAAA", "now", "7"))},
		"a time beyond all years":    {now, set("timestamp", "9223372036854775807", "signature", sign("AAAAA", "9223372036854775807", "7"))},
		"another time":               {now, set("timestamp", strconv.FormatInt(now.Unix()+1, 10))},
		"from before":                {now.Add(-6 * time.Minute), func(url.Values) {}},
		"from later":                 {now.Add(6 * time.Minute), func(url.Values) {}},
		"the echo in the signature":  {now, set("signature", sign("AAAAA", stamp, "7", "4375120948345356249"))},
		"a script to be said":        {now, set("echostr", "<script>alert(1)</script>", "signature", "0")},
		"nothing but what to say":    {now, func(q url.Values) { q.Del("signature"); q.Del("timestamp"); q.Del("nonce") }},
		"a second, right, signature": {now, func(q url.Values) { q["signature"] = []string{"0", q.Get("signature")} }},
	} {
		if code, body := ask(x.at, x.change); code != http.StatusUnauthorized || strings.Contains(body, "4375120948345356249") || strings.Contains(body, "script") {
			t.Errorf("%s: %d %q", name, code, body)
		}
	}
}

// pushed is a message as WeChat would send it in the safe mode.
func pushed(t *testing.T, token, app, key, body string, at time.Time) (url.Values, []byte) {
	t.Helper()
	random := make([]byte, 16)
	rand.Read(random)
	sealed, err := util.EncryptMsg(random, []byte(body), app, key)
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	q := query("timestamp", stamp, "nonce", "7", "encrypt_type", "aes",
		"signature", sign(token, stamp, "7"), "msg_signature", sign(token, stamp, "7", string(sealed)))
	return q, fmt.Appendf(nil, `{"ToUserName":"gh","Encrypt":%q}`, sealed)
}

// What is not proved is nobody's word (P9).
//
// Control: open without msg_signature; plain taken where a key is set; the app id not
// compared.
func TestForgedPushes(t *testing.T) {
	t.Parallel()
	now := time.Unix(1714112445, 0)
	p := pushAt(vectorKey, now.Unix())
	const text = `{"FromUserName":"o1","CreateTime":1714112445,"MsgType":"text","Content":"俺想问问低保","MsgId":24684460523876437}`
	good, body := pushed(t, "AAAAA", vectorApp, vectorKey, text, now)
	if m, err := p.open(good, body); err != nil || m.Content != "俺想问问低保" || m.key() != "24684460523876437" {
		t.Fatalf("a good one: %+v, %v", m, err)
	}
	with := func(key, value string) url.Values {
		q := url.Values{}
		for k, v := range good {
			q[k] = v
		}
		q.Set(key, value)
		return q
	}
	otherKey := strings.Repeat("B", 43)
	foreignQ, foreign := pushed(t, "AAAAA", "wx0000000000000000", vectorKey, text, now)
	keyQ, wrongKey := pushed(t, "AAAAA", vectorApp, otherKey, text, now)
	tokenQ, wrongToken := pushed(t, "BBBBB", vectorApp, vectorKey, text, now)
	oldQ, old := pushed(t, "AAAAA", vectorApp, vectorKey, text, now.Add(-6*time.Minute))
	soonQ, soon := pushed(t, "AAAAA", vectorApp, vectorKey, text, now.Add(6*time.Minute))
	for name, x := range map[string]struct {
		q    url.Values
		body []byte
	}{
		"no signature":           {with("msg_signature", ""), body},
		"the plain signature":    {with("msg_signature", good.Get("signature")), body},
		"another nonce":          {with("nonce", "8"), body},
		"another time":           {with("timestamp", "1714112446"), body},
		"no time":                {with("timestamp", "x"), body},
		"plain where a key is":   {with("encrypt_type", ""), []byte(text)},
		"plain said to be aes":   {good, []byte(text)},
		"another app":            {foreignQ, foreign},
		"another key":            {keyQ, wrongKey},
		"another token":          {tokenQ, wrongToken},
		"from before":            {oldQ, old},
		"from later":             {soonQ, soon},
		"another one's envelope": {good, foreign},
		"not base64":             {query("timestamp", "1714112445", "nonce", "7", "encrypt_type", "aes", "msg_signature", sign("AAAAA", "1714112445", "7", "%%%")), []byte(`{"Encrypt":"%%%"}`)},
		"a short block":          {query("timestamp", "1714112445", "nonce", "7", "encrypt_type", "aes", "msg_signature", sign("AAAAA", "1714112445", "7", "QUJD")), []byte(`{"Encrypt":"QUJD"}`)},
	} {
		if m, err := p.open(x.q, x.body); err == nil {
			t.Errorf("%s: taken, %+v", name, m)
		} else if k := core.KindOf(err); k != core.KindUnauthenticated && k != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Bodies of any shape: XML without entities, numbers beyond 2^53, second values.
func TestBodiesOfPushes(t *testing.T) {
	t.Parallel()
	m, err := decodePush[message]([]byte(`<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>17</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a&b <c>]]></Content><MsgId>18446744073709551615</MsgId></xml>`))
	if err != nil || m.Content != "a&b <c>" || m.key() != "18446744073709551615" {
		t.Errorf("xml: %+v, %v", m, err)
	}
	for name, body := range map[string]string{
		"declared entity": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>`,
		"many entities":   `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>`,
		"second value":    `{"FromUserName":"a"}{}`,
		"broken":          `{"FromUserName":`,
		"number":          `{"MsgId":"1;drop"}`,
		"negative":        `{"MsgId":-1}`,
		"too large":       strings.Repeat("x", maxPush+1),
	} {
		if got, err := decodePush[message]([]byte(body)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	event, err := decodePush[message]([]byte(`{"FromUserName":"o1","CreateTime":5,"MsgType":"event","Event":"user_enter_tempsession","SessionFrom":"x"}`))
	if err != nil || strings.Contains(event.key(), "o1") || !strings.HasSuffix(event.key(), "@5/user_enter_tempsession") {
		t.Errorf("event: %+v, %v", event, err)
	}
}

func FuzzPush(f *testing.F) {
	f.Add("AAAAA", `{"Encrypt":"`+vectorEncrypt+`"}`, true)
	f.Add("AAAAA", `<xml><Content>a</Content></xml>`, false)
	f.Fuzz(func(t *testing.T, nonce, body string, aes bool) {
		p := pushAt(vectorKey, 1714112445)
		sealed, _ := decodePush[envelope]([]byte(body))
		q := query("timestamp", "1714112445", "nonce", nonce, "msg_signature", sign("AAAAA", "1714112445", nonce, sealed.Encrypt), "signature", sign("AAAAA", "1714112445", nonce))
		if aes {
			q.Set("encrypt_type", "aes")
		}
		m, err := p.open(q, []byte(body))
		if err == nil {
			if _, err := json.Marshal(m); err != nil {
				t.Fatal(err)
			}
		}
	})
}
