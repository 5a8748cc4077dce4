package standin

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

// npmClients is a process of node with clients that nobody here wrote.
type npmClients struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

// npmAnswer is what a client made of a question.
type npmAnswer struct {
	Error     string `json:"error"`
	Code      int    `json:"code"`
	ErrCode   *int   `json:"errcode"`
	OpenID    string `json:"openid"`
	Bytes     string `json:"bytes"`
	Message   string `json:"message"`
	ID        string `json:"id"`
	Encrypt   string `json:"encrypt"`
	Signature string `json:"signature"`
	Text      string `json:"text"`
}

func newNPM(t *testing.T, base string) *npmClients {
	t.Helper()
	dir := filepath.Join("testdata", "npm")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "wechat-crypto")); err != nil {
		ci := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		ci.Dir = dir
		if said, err := ci.CombinedOutput(); err != nil {
			t.Fatalf("npm ci (node is installed by .ci/tools node): %v\n%s", err, said)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", "--no-deprecation", "clients.js", base, DemoAppID, DemoAppSecret, DemoPushToken, DemoPushKey)
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	scan := bufio.NewScanner(out)
	scan.Buffer(nil, 4<<20)
	return &npmClients{t, in, scan}
}

func (n *npmClients) ask(question map[string]any) (a npmAnswer) {
	n.t.Helper()
	raw, err := json.Marshal(question)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.in.Write(append(raw, '\n')); err != nil {
		n.t.Fatal(err)
	}
	if !n.out.Scan() || json.Unmarshal(n.out.Bytes(), &a) != nil {
		n.t.Fatalf("%v: %q %v", question["do"], n.out.Text(), n.out.Err())
	}
	return a
}

// The stand-in answers clients that nobody here wrote as WeChat does: log-in, customer
// messages with the window, subscribe messages with their grants, a dead token that the
// client replaces by itself, media, and pushes that wechat-crypto opens, and the other way
// round.
//
// Control: sendCustom that answers without errcode; push that signs without Encrypt;
// authorized that answers 40013 to a dead token.
func TestNPMClients(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var pushes []map[string]any
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var env struct{ Encrypt string }
		_ = json.NewDecoder(r.Body).Decode(&env)
		q := r.URL.Query()
		mu.Lock()
		pushes = append(pushes, map[string]any{"do": "open", "timestamp": q.Get("timestamp"), "nonce": q.Get("nonce"), "encrypt": env.Encrypt, "signature": q.Get("msg_signature")})
		mu.Unlock()
		_, _ = io.WriteString(w, "success")
	}))
	defer gateway.Close()
	s, base, _ := world(t, func(c *Config) { c.Gateway = gateway.URL })
	n := newNPM(t, base)
	p := s.people.all()[0]
	open := s.OpenID(p.Key)
	if a := n.ask(map[string]any{"do": "login", "code": s.LoginCode(p.Key)}); a.OpenID != open {
		t.Errorf("log in: %+v", a)
	}
	if a := n.ask(map[string]any{"do": "login", "code": "used"}); a.Error != "WeChatAPIError" || a.Code != 40029 {
		t.Errorf("a code that is none: %+v", a)
	}
	if a := n.ask(map[string]any{"do": "text", "openid": open, "text": "话"}); a.Code != 45015 {
		t.Errorf("out of the window: %+v", a)
	}
	if !s.say(t.Context(), p, word{kind: "text", text: "俺想问问<低保>"}) {
		t.Error("not delivered")
	}
	if a := n.ask(map[string]any{"do": "text", "openid": open, "text": "您好"}); a.Error != "" || a.ErrCode == nil || *a.ErrCode != 0 {
		t.Errorf("in the window: %+v", a)
	}
	n.ask(map[string]any{"do": "stale"})
	if a := n.ask(map[string]any{"do": "text", "openid": open, "text": "还在吗"}); a.Error != "" || a.ErrCode == nil || *a.ErrCode != 0 {
		t.Errorf("with a dead token: %+v", a)
	}
	if a := n.ask(map[string]any{"do": "subscribe", "openid": open, "template": "none", "page": "", "data": map[string]any{}}); a.Code != 40037 {
		t.Errorf("a template that is none: %+v", a)
	}
	step := map[string]any{"do": "subscribe", "openid": open, "template": "LIANOU-STEP-0001", "page": "", "data": map[string]any{
		"thing1": map[string]string{"value": "低保申请"}, "phrase2": map[string]string{"value": "已受理"}, "time3": map[string]string{"value": "2026年11月23日"}, "thing4": map[string]string{"value": "有事打12345"}}}
	s.Grant(p.Key, "LIANOU-STEP-0001")
	for i, want := range []int{0, 43101} { // one tap, one message
		if a := n.ask(step); a.Code != want || (want == 0) != (a.ErrCode != nil) {
			t.Errorf("message %d of one grant: %+v", i+1, a)
		}
	}
	media := s.wechat.keepMedia(amr("一句话"))
	a := n.ask(map[string]any{"do": "media", "media": media})
	if raw, err := base64.StdEncoding.DecodeString(a.Bytes); err != nil || !strings.HasPrefix(string(raw), amrHead) {
		t.Errorf("media: %+v %v", a.Error, err)
	}
	if a := n.ask(map[string]any{"do": "media", "media": "none"}); a.Code != 40007 {
		t.Errorf("media that is none: %+v", a)
	}
	mu.Lock()
	first := pushes[0]
	mu.Unlock()
	if a := n.ask(first); a.ID != DemoAppID || !strings.Contains(a.Message, `"MsgType":"text"`) {
		t.Errorf("our push in their hands: %+v", a)
	}
	first["encrypt"] = first["encrypt"].(string)[4:]
	if a := n.ask(first); a.Error != "signature" {
		t.Errorf("a forged push: %+v", a)
	}
	theirs := n.ask(map[string]any{"do": "seal", "timestamp": "1714036504", "nonce": "7", "message": `{"MsgType":"text","Content":"𠀀和😀"}`})
	_, plain, err := util.DecryptMsg(DemoAppID, theirs.Encrypt, DemoPushKey)
	if err != nil || string(plain) != `{"MsgType":"text","Content":"𠀀和😀"}` || theirs.Signature != pushSign(DemoPushToken, "1714036504", "7", theirs.Encrypt) {
		t.Errorf("their push in our hands: %q %v", plain, err)
	}
}
