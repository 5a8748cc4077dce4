package standin

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

// A push of the stand-in opens with the library's own code, repeats what was not answered
// three times with the same number, and its picture is there to be fetched.
//
// Control: say that pushes once.
func TestPushes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []map[string]any
	answers := []string{"", "oops", "success"}
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		var env struct{ Encrypt string }
		raw, _ := io.ReadAll(r.Body)
		if json.Unmarshal(raw, &env) != nil || util.Signature(DemoPushToken, q.Get("timestamp"), q.Get("nonce"), env.Encrypt) != q.Get("msg_signature") {
			t.Error("the signature does not fit")
		}
		_, plain, err := util.DecryptMsg(DemoAppID, env.Encrypt, DemoPushKey)
		if err != nil {
			t.Error(err)
		}
		d := json.NewDecoder(strings.NewReader(string(plain)))
		d.UseNumber()
		var m map[string]any
		if err := d.Decode(&m); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, m)
		if len(answers) > 0 && answers[0] != "" {
			_, _ = io.WriteString(w, answers[0])
		} else if len(answers) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if len(answers) > 0 {
			answers = answers[1:]
		}
	}))
	defer gateway.Close()
	s, base, _ := world(t, func(c *Config) { c.Gateway = gateway.URL })
	if !s.say(t.Context(), s.people.all()[0], word{kind: "text", text: "俺想问问低保"}) {
		t.Error("not delivered")
	}
	if len(got) != 3 || got[0]["MsgId"] != got[2]["MsgId"] || got[2]["Content"] != "俺想问问低保" || got[2]["MsgType"] != "text" {
		t.Errorf("pushed %v", got)
	}
	if code, body := ask(t, request(t, "POST", base+"/phone/"+s.people.all()[0].Key+"/say", `{"card":"front"}`)); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	media, _ := got[3]["MediaId"].(string)
	picture, err := http.Get(base + "/cgi-bin/media/get?access_token=" + stable(t, base) + "&media_id=" + media)
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Body.Close()
	if kind := picture.Header.Get("Content-Type"); kind != "image/png" {
		t.Errorf("the picture is %s", kind)
	}
	if code, body := ask(t, request(t, "POST", base+"/phone/"+s.people.all()[0].Key+"/say", `{"text":"俺家六口人","voice":true}`)); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	voice, _ := got[4]["MediaId"].(string)
	sound, err := http.Get(base + "/cgi-bin/media/get?access_token=" + stable(t, base) + "&media_id=" + voice)
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Body.Close()
	data, err := io.ReadAll(sound.Body)
	if err != nil || got[4]["MsgType"] != "voice" || got[4]["Format"] != "amr" || sound.Header.Get("Content-Type") != "audio/amr" || s.speech.said(data) != "俺家六口人" || (len(data)-len(amrHead))%32 != 0 {
		t.Errorf("a voice: %v, %s, %d bytes, %v", got[4], sound.Header.Get("Content-Type"), len(data), err)
	}
	if m := wx(t, "GET", base+"/cgi-bin/media/get?access_token="+stable(t, base)+"&media_id=none", ""); errcode(m) != 40007 {
		t.Errorf("no such picture: %v", m)
	}
}
