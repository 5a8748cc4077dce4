package standin

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// DemoTemplates are the subscribe-message templates of the demo's mini-program.
func DemoTemplates() map[string]Template {
	return map[string]Template{
		"LIANOU-PAID-0001": {Title: "救助金发放通知", Fields: []string{"thing1", "amount2", "time3", "character_string4", "thing5"},
			Labels: []string{"救助事项", "发放金额", "发放时间", "收款尾号", "提示"}},
		"LIANOU-STEP-0001": {Title: "办理进度通知", Fields: []string{"thing1", "phrase2", "time3", "thing4"},
			Labels: []string{"救助事项", "当前进度", "时间", "提示"}},
	}
}

// sendSubscribe checks in WeChat's order: who, which template, which page, which
// fields, and last whether the person still has a grant to spend.
func (x *wechat) sendSubscribe(w http.ResponseWriter, r *http.Request, f Fault) {
	var in struct {
		ToUser   string `json:"touser"`
		Template string `json:"template_id"`
		Page     string `json:"page"`
		Data     map[string]struct {
			Value any `json:"value"`
		} `json:"data"`
	}
	if !wxPost(w, r, &in) {
		return
	}
	p, ok := x.people.byOpenID(in.ToUser)
	t, known := x.cfg.Templates[in.Template]
	page, _, _ := strings.Cut(strings.TrimPrefix(in.Page, "/"), "?")
	switch {
	case !ok:
		wxFail(w, 40003, "")
		return
	case !known:
		wxFail(w, 40037, "")
		return
	case page != "" && len(x.cfg.Pages) > 0 && !slices.Contains(x.cfg.Pages, page):
		wxFail(w, 41030, "")
		return
	}
	m := WeChatMessage{Person: p.Key, Template: in.Template, Title: t.Title, Page: in.Page, Data: map[string]string{}}
	for i, key := range t.Fields {
		value, isText := in.Data[key].Value.(string)
		if !isText || !fieldFits(key, value) {
			wxFail(w, 47003, "data."+key+".value invalid")
			return
		}
		m.Data[key] = value
		m.Lines = append(m.Lines, label(t, i)+":"+value)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	grant := in.ToUser + " " + in.Template
	if x.st.Grants[grant] <= 0 {
		wxFail(w, 43101, "")
		return
	}
	x.st.Grants[grant]--
	if f.Mode == ModeReport { // taken, and dropped
		x.st.Serial++
		x.changed()
		wxAnswer(w, map[string]any{"errcode": 0, "errmsg": "ok", "msgid": x.st.Serial})
		go x.tellSent(in.ToUser, in.Template, x.st.Serial, or(f.Code, "43101"))
		return
	}
	id := x.deliver(m)
	wxAnswer(w, map[string]any{"errcode": 0, "errmsg": "ok", "msgid": id})
	go x.tellSent(in.ToUser, in.Template, id, "0")
}

func label(t Template, i int) string {
	if i < len(t.Labels) {
		return t.Labels[i]
	}
	return t.Fields[i]
}

// wxPost decodes a JSON body, or answers why not.
func wxPost(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.Method != http.MethodPost {
		wxFail(w, 43002, "")
		return false
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(into) != nil {
		wxFail(w, 47001, "")
		return false
	}
	return true
}

// Grant is the person's tap on "allow": one more message by this template. It
// reports whether person and template exist.
func (s *Server) Grant(person, template string) bool {
	open := s.OpenID(person)
	if _, ok := s.wechat.cfg.Templates[template]; !ok || open == "" {
		return false
	}
	s.wechat.mu.Lock()
	defer s.wechat.mu.Unlock()
	s.wechat.st.Grants[open+" "+template]++
	s.wechat.changed()
	return true
}

// Grants tells how many messages a template may still send to a person.
func (s *Server) Grants(person, template string) int {
	s.wechat.mu.Lock()
	defer s.wechat.mu.Unlock()
	return s.wechat.st.Grants[s.people.openIDOf(person)+" "+template]
}

func (p *people) openIDOf(key string) string {
	x, ok := p.byKey(key)
	if !ok {
		return ""
	}
	return p.openID(x)
}

// Customer service may answer five times within two days of a person's word.
const (
	replyWindow = 48 * time.Hour
	replyLimit  = 5
)

// Spoke records that a person wrote to customer service, which opens the window
// for answers.
func (s *Server) Spoke(person string) {
	open := s.people.openIDOf(person)
	s.wechat.mu.Lock()
	defer s.wechat.mu.Unlock()
	s.wechat.st.Heard[open], s.wechat.st.Replies[open] = s.wechat.now(), 0
	s.wechat.changed()
}

func (x *wechat) sendCustom(w http.ResponseWriter, r *http.Request, _ Fault) {
	var in struct {
		ToUser string `json:"touser"`
		Type   string `json:"msgtype"`
		Text   struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if !wxPost(w, r, &in) {
		return
	}
	p, ok := x.people.byOpenID(in.ToUser)
	x.mu.Lock()
	defer x.mu.Unlock()
	heard, spoke := x.st.Heard[in.ToUser]
	switch {
	case !ok:
		wxFail(w, 40003, "")
	case in.Type != "text" || in.Text.Content == "":
		wxFail(w, 40008, "")
	case !spoke || x.now().Sub(heard) > replyWindow:
		wxFail(w, 45015, "")
	case x.st.Replies[in.ToUser] >= replyLimit:
		wxFail(w, 45047, "")
	default:
		x.st.Replies[in.ToUser]++
		x.deliver(WeChatMessage{Person: p.Key, Title: "客服消息", Lines: strings.Split(in.Text.Content, "\n")})
		wxAnswer(w, map[string]any{"errcode": 0, "errmsg": "ok"})
	}
}
