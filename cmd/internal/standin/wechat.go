package standin

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// wechat is api.weixin.qq.com for one registered mini-program.
type wechat struct {
	shared
	cfg     WeChatConfig
	url     string
	gateway string // the mini-program's own address, for what is pushed

	mu     sync.Mutex
	codes  map[string]loginCode // wx.login and getPhoneNumber codes not yet used
	calls  map[string][]time.Time
	st     wechatState
	phones map[string]loginCode
	files  map[string][]byte // of messages, by media id
}

// wechatState is what WeChat remembers about the mini-program's users.
type wechatState struct {
	Tokens   []token              `json:"tokens"`
	Forced   []time.Time          `json:"forced"`
	Grants   map[string]int       `json:"grants"` // openid, space, template id
	Messages []WeChatMessage      `json:"messages"`
	Heard    map[string]time.Time `json:"heard"` // last word of a user to customer service
	Replies  map[string]int       `json:"replies"`
	OCR      []time.Time          `json:"ocr"`
	Serial   int64                `json:"serial"`
}

// WeChatMessage is a message that reached a person's WeChat.
type WeChatMessage struct {
	ID       int64             `json:"id"`
	Person   string            `json:"person"`
	At       time.Time         `json:"at"`
	Template string            `json:"template,omitempty"` // "" for a customer-service text
	Title    string            `json:"title"`
	Page     string            `json:"page,omitempty"`
	Lines    []string          `json:"lines"`
	Data     map[string]string `json:"data,omitempty"`
	Mine     bool              `json:"mine,omitempty"` // the person's own word to customer service
}

type loginCode struct {
	person string
	until  time.Time
}

func newWeChat(cfg WeChatConfig, sh shared, url string) *wechat {
	w := &wechat{shared: sh, cfg: cfg, url: url, codes: map[string]loginCode{}, phones: map[string]loginCode{}, calls: map[string][]time.Time{}, files: map[string][]byte{}}
	w.restore(wechatState{})
	return w
}

func (x *wechat) state() wechatState {
	x.mu.Lock()
	defer x.mu.Unlock()
	st := x.st
	st.Grants, st.Heard, st.Replies = maps.Clone(st.Grants), maps.Clone(st.Heard), maps.Clone(st.Replies)
	st.Tokens, st.Messages = slices.Clone(st.Tokens), slices.Clone(st.Messages)
	return st
}

func (x *wechat) restore(st wechatState) {
	if st.Grants == nil {
		st.Grants = map[string]int{}
	}
	if st.Heard == nil {
		st.Heard = map[string]time.Time{}
	}
	if st.Replies == nil {
		st.Replies = map[string]int{}
	}
	x.st = st
}

func (x *wechat) routes(mux *http.ServeMux) {
	for path, h := range map[string]served{
		"/sns/jscode2session":              x.code2Session,
		"/cgi-bin/token":                   x.classicToken,
		"/cgi-bin/stable_token":            x.stableToken,
		"/cgi-bin/message/subscribe/send":  x.authorized(x.sendSubscribe),
		"/cgi-bin/message/custom/send":     x.authorized(x.sendCustom),
		"/wxa/business/getuserphonenumber": x.authorized(x.phoneNumber),
		"/cv/ocr/idcard":                   x.authorized(x.ocrCard),
		"/cgi-bin/media/get":               x.authorized(x.mediaGet),
	} {
		mux.HandleFunc(path, x.faults.gate(WeChat, path, x.spoilt(h)))
	}
}

// spoilt answers the error a switch asks for, before the call does anything.
func (x *wechat) spoilt(h served) served {
	return func(w http.ResponseWriter, r *http.Request, f Fault) {
		if f.Mode == ModeError {
			code, err := strconv.Atoi(f.Code)
			if err != nil {
				code = -1
			}
			wxFail(w, code, "")
			return
		}
		h(w, r, f)
	}
}

var wxText = map[int]string{
	-1:     "system error",
	40001:  "invalid credential, access_token is invalid or not latest",
	40002:  "invalid grant_type",
	40003:  "invalid openid",
	40007:  "invalid media_id",
	40008:  "invalid message type",
	40009:  "invalid image size",
	40013:  "invalid appid",
	40014:  "invalid access_token",
	40029:  "invalid code",
	40037:  "invalid template_id",
	40125:  "invalid appsecret",
	40163:  "code been used",
	40226:  "code blocked",
	41001:  "access_token missing",
	41002:  "appid missing",
	41004:  "appsecret missing",
	41005:  "media data missing",
	41008:  "missing code",
	41030:  "invalid page",
	42001:  "access_token expired",
	43002:  "require POST method",
	43101:  "user refuse to accept the msg",
	45009:  "reach max api daily quota limit",
	45011:  "api minute-quota reach limit  mustslower  retry next minute",
	45015:  "response out of time limit or subscription is canceled",
	45047:  "out of response count limit",
	47001:  "data format error",
	47003:  "argument invalid!",
	101000: "image URL error or invalid",
	101001: "certificate not found",
	101002: "not enough market quota",
}

// wxFail answers as WeChat does: HTTP 200, errcode, errmsg with a request id.
func wxFail(w http.ResponseWriter, code int, detail string) {
	msg := wxText[code]
	if msg == "" {
		msg = "system error"
	}
	if detail != "" {
		msg += " " + detail
	}
	wxAnswer(w, map[string]any{"errcode": code, "errmsg": fmt.Sprintf("%s rid: %s", msg, rid())})
}

// wxAnswer writes JSON with no line end behind it, as WeChat does: there are clients that
// take one for a part of the text.
func wxAnswer(w http.ResponseWriter, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	_, _ = w.Write(raw)
}

func rid() string { return fmt.Sprintf("%x-%s", time.Now().Unix(), rand.Text()[:8]) }

// crowded counts a call and reports whether more than limit came within the
// window before it. The caller holds mu.
func (x *wechat) crowded(key string, limit int, window time.Duration) bool {
	now := x.now()
	recent := slices.DeleteFunc(x.calls[key], func(t time.Time) bool { return now.Sub(t) >= window })
	x.calls[key] = append(recent, now)
	return len(recent) >= limit
}

// deliver puts a message on a person's phone. The caller holds mu.
func (x *wechat) deliver(m WeChatMessage) int64 {
	x.st.Serial++
	m.ID, m.At = x.st.Serial, x.stamp()
	x.st.Messages = append(x.st.Messages, m)
	x.changed()
	return m.ID
}

// WeChatMessages lists what reached a person's WeChat, oldest first.
func (s *Server) WeChatMessages(person string) []WeChatMessage {
	st := s.wechat.state()
	return slices.DeleteFunc(st.Messages, func(m WeChatMessage) bool { return m.Person != person })
}
