package standin

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// The demo's message push, in the safe mode.
const (
	DemoPushToken = "lianou-demo-push-token"
	DemoPushKey   = "bGlhbm91LWRlbW8tcHVzaC1rZXktbm90LWEtc2VjcmV"
)

// WeChat waits this long for an answer to a push, and repeats it so often.
const (
	pushWait  = 5 * time.Second
	pushTries = 3
)

// word is one message of a person to customer service.
type word struct {
	kind  string // "text", "image", "voice"
	text  string
	media string
}

// media are the files that WeChat holds for the mini-program, for three days there.
func (x *wechat) keepMedia(data []byte) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	id := rand.Text()
	x.files[id] = data
	return id
}

// mediaGet gives a file of a message by its id, or WeChat's error as JSON.
func (x *wechat) mediaGet(w http.ResponseWriter, r *http.Request, _ Fault) {
	x.mu.Lock()
	data, ok := x.files[r.URL.Query().Get("media_id")]
	x.mu.Unlock()
	if !ok {
		wxFail(w, 40007, "")
		return
	}
	kind := http.DetectContentType(data)
	if bytes.HasPrefix(data, []byte(amrHead)) {
		kind = "audio/amr"
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data)
}

// amrHead begins a file of the form in which WeChat records (RFC 4867, section 5).
const amrHead = "#!AMR\n"

// amr is a recording of the words' length: whole frames of 12.2 kbit/s whose content is
// noise. The stand-in's engine knows it again by its bytes.
func amr(words string) []byte {
	const frame, header = 32, 0x3c
	out := []byte(amrHead)
	for range 12 * max(len([]rune(words)), 1) { // four characters a second
		one := make([]byte, frame)
		_, _ = rand.Read(one) // never fails
		one[0] = header
		out = append(out, one...)
	}
	return out
}

// say takes a person's message: onto their own phone, into the window for answers, and to
// the mini-program's address. It reports whether that one answered.
func (s *Server) say(ctx context.Context, p Person, m word) bool {
	x := s.wechat
	s.Spoke(p.Key)
	x.mu.Lock()
	line := m.text
	switch m.kind {
	case "image":
		line = "[照片]"
	case "voice":
		line = "[语音] " + m.text
	}
	id := x.deliver(WeChatMessage{Person: p.Key, Title: "我", Mine: true, Lines: strings.Split(line, "\n")})
	stamp := x.now().Unix()
	x.mu.Unlock()
	body := map[string]any{"ToUserName": "gh_lianou_demo", "FromUserName": s.OpenID(p.Key), "CreateTime": stamp, "MsgType": m.kind,
		"MsgId": json.Number("24684460523" + fmt.Sprintf("%06d", id))}
	switch m.kind {
	case "text":
		body["Content"] = m.text
	case "voice": // a mini-program gets no Recognition
		body["MediaId"], body["Format"] = m.media, "amr"
	default:
		body["MediaId"], body["PicUrl"] = m.media, "http://mmbiz.qpic.cn/none"
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return false
	}
	return x.pushed(ctx, raw)
}

// tellSent pushes what became of an accepted subscribe message, by the page on its events.
// code "0" says that it is on the phone.
func (x *wechat) tellSent(openid, template string, message int64, code string) {
	status := "success"
	if code != "0" {
		status = "failed:user refuse"
	}
	raw, err := json.Marshal(map[string]any{"ToUserName": "gh_lianou_demo", "FromUserName": openid, "CreateTime": x.now().Unix(), "MsgType": "event",
		"Event": "subscribe_msg_sent_event", "List": map[string]string{"TemplateId": template, "MsgID": strconv.FormatInt(message, 10), "ErrorCode": code, "ErrorStatus": status}})
	if err == nil {
		x.pushed(context.Background(), raw) // as WeChat: who does not answer hears no more of it
	}
}

// pushed pushes a message until it is answered, as often as WeChat does.
func (x *wechat) pushed(ctx context.Context, raw []byte) bool {
	for range pushTries {
		if x.push(ctx, x.gateway+"/c/wechat/push", raw) {
			return true
		}
	}
	return false
}

// push delivers one message in the safe mode, as Tencent's page on message push has it,
// and reports whether the answer was "success" or empty.
func (x *wechat) push(ctx context.Context, to string, body []byte) bool {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	sealed, err := util.EncryptMsg(random, body, x.cfg.AppID, x.cfg.PushKey)
	if err != nil {
		return false
	}
	stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), strconv.FormatInt(time.Now().UnixNano()%1e9, 10)
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "encrypt_type": {"aes"},
		"signature": {pushSign(x.cfg.PushToken, stamp, nonce)}, "msg_signature": {pushSign(x.cfg.PushToken, stamp, nonce, string(sealed))}}
	envelope, err := json.Marshal(map[string]string{"ToUserName": "gh_lianou_demo", "Encrypt": string(sealed)})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pushWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to+"?"+q.Encode(), bytes.NewReader(envelope))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return err == nil && resp.StatusCode == http.StatusOK && (len(answer) == 0 || string(answer) == "success")
}

func pushSign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// chatPages are what a person does in the chat of the mini-program.
func (s *Server) chatPages(show func(http.ResponseWriter, string, any)) {
	s.mux.HandleFunc("GET /phone/{person}/chat", s.withPerson(func(w http.ResponseWriter, _ *http.Request, p Person) { show(w, "lines", s.inbox(p)) }))
	s.mux.Handle("POST /phone/{person}/say", sameSite(s.withPerson(func(w http.ResponseWriter, r *http.Request, p Person) {
		var in struct {
			Text  string `json:"text"`
			Card  string `json:"card"`  // "front" or "back": a photo of the person's card
			Voice bool   `json:"voice"` // the text is said and not typed
		}
		if !strictJSON(w, r, &in) {
			return
		}
		m := word{kind: "text", text: strings.TrimSpace(in.Text)}
		if in.Card != "" {
			picture, err := CardPNG(p, in.Card == "front")
			if err != nil {
				http.Error(w, "no such card", http.StatusNotFound)
				return
			}
			m = word{kind: "image", media: s.wechat.keepMedia(picture)}
		}
		if in.Voice && in.Card == "" {
			m.kind = "voice"
		}
		if m.kind != "image" && (m.text == "" || len(m.text) > 2048) {
			http.Error(w, "a text of 1 to 2048 bytes", http.StatusUnprocessableEntity)
			return
		}
		if m.kind == "voice" {
			sound := amr(m.text)
			s.speech.learn(sound, m.text)
			m.media = s.wechat.keepMedia(sound)
		}
		wxAnswer(w, map[string]bool{"delivered": s.say(r.Context(), p, m)})
	})))
}
