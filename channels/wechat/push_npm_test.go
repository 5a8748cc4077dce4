package wechat

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// F22: what wechat-crypto from npm seals we open, and it opens what is sealed with the
// code that our tests play WeChat with; both sign alike. Fifty messages, of every length
// of padding and with characters beyond 16 bits.
//
// Control: sign without its sorting; open that trusts the key of another app.
func TestPushAgainstNPM(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "npm")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "wechat-crypto")); err != nil {
		ci := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		ci.Dir = dir
		if said, err := ci.CombinedOutput(); err != nil {
			t.Fatalf("npm ci (node is installed by .ci/tools node): %v\n%s", err, said)
		}
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	var asks strings.Builder
	var bodies []string
	var ours []url.Values
	for i := range 50 {
		body := `{"FromUserName":"` + openid + `","CreateTime":1,"MsgType":"text","MsgId":24684460523876437,"Content":"` + strings.Repeat("低", i%7) + strings.Repeat("x", i) + `𠀀😀"}`
		bodies = append(bodies, body)
		ask, err := json.Marshal(map[string]string{"message": body, "timestamp": stamp, "nonce": strconv.Itoa(i)})
		must(t, err)
		q, sealed := pushed(t, "AAAAA", "wx1", vectorKey, body, time.Now())
		ours = append(ours, q)
		var env envelope
		must(t, json.Unmarshal(sealed, &env))
		back, err := json.Marshal(map[string]string{"encrypt": env.Encrypt, "timestamp": q.Get("timestamp"), "nonce": q.Get("nonce")})
		must(t, err)
		asks.WriteString(string(ask) + "\n" + string(back) + "\n")
	}
	cmd := exec.CommandContext(t.Context(), "node", "--no-deprecation", "crypt.js", "AAAAA", vectorKey, "wx1")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(asks.String())
	out, err := cmd.Output()
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 100 {
		t.Fatalf("%d answers", len(lines))
	}
	p := &push{token: "AAAAA", key: vectorKey, appID: "wx1", now: time.Now}
	for i, body := range bodies {
		var theirs, read struct{ Encrypt, Signature, Message, ID string }
		must(t, json.Unmarshal([]byte(lines[2*i]), &theirs))
		must(t, json.Unmarshal([]byte(lines[2*i+1]), &read))
		if read.Message != body || read.ID != "wx1" || read.Signature != ours[i].Get("msg_signature") {
			t.Errorf("%d: they read %q of %q", i, read.Message, read.ID)
		}
		env, err := json.Marshal(map[string]string{"Encrypt": theirs.Encrypt})
		must(t, err)
		q := url.Values{"timestamp": {stamp}, "nonce": {strconv.Itoa(i)}, "encrypt_type": {"aes"}, "msg_signature": {theirs.Signature}}
		m, err := p.open(q, env)
		if err != nil || !strings.HasSuffix(m.Content, "𠀀😀") || m.ID != "24684460523876437" {
			t.Errorf("%d: we read %+v, %v", i, m, err)
		}
		other := &push{token: "AAAAA", key: vectorKey, appID: "wx2", now: time.Now}
		if _, err := other.open(q, env); err == nil {
			t.Errorf("%d: another app's push is taken", i)
		}
	}
}
