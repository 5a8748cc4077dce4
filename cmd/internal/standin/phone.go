package standin

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
)

// inbox is what one person's phone shows.
type inbox struct {
	Texts   []Text          `json:"texts"`
	WeChat  []WeChatMessage `json:"wechat"`
	Chat    []WeChatMessage `json:"chat"` // with customer service, oldest first
	Credits []Credit        `json:"credits"`
	Grants  map[string]int  `json:"grants"`
}

func (s *Server) inbox(p Person) inbox {
	box := inbox{Texts: s.Texts(p.Phone), Credits: s.CreditsOf(p.Name), Grants: map[string]int{}}
	for _, m := range s.WeChatMessages(p.Key) {
		if m.Template == "" {
			box.Chat = append(box.Chat, m)
		} else {
			box.WeChat = append(box.WeChat, m)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.cfg.WeChat.Templates)) {
		box.Grants[id] = s.Grants(p.Key, id)
	}
	slices.Reverse(box.Texts)
	slices.Reverse(box.WeChat)
	slices.Reverse(box.Credits)
	return box
}

// phonePages mounts the phone: its page, and what WeChat's client would do
// inside it (log-in codes, the consent tap), as JSON that a demo may use too.
func (s *Server) phonePages(show func(http.ResponseWriter, string, any)) {
	s.mux.HandleFunc("GET /phone", func(w http.ResponseWriter, r *http.Request) {
		list := s.people.all()
		p, ok := s.people.byKey(r.URL.Query().Get("person"))
		if !ok && len(list) > 0 {
			p = list[0]
		}
		home, err := questionsOf(p.Form)
		if err != nil {
			s.cfg.Log.Error("sample answers", "person", p.Key, "error", err)
		}
		show(w, "phone.html", map[string]any{"Persons": list, "Me": p, "Home": home, "Inbox": s.inbox(p), "Templates": s.cfg.WeChat.Templates})
	})
	s.mux.HandleFunc("GET /phone/{person}/inbox", s.withPerson(func(w http.ResponseWriter, r *http.Request, p Person) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			show(w, "inbox", s.inbox(p))
			return
		}
		wxAnswer(w, s.inbox(p))
	}))
	s.mux.HandleFunc("GET /phone/{person}/answers", s.withPerson(func(w http.ResponseWriter, _ *http.Request, p Person) {
		if p.Form == nil {
			p.Form = json.RawMessage(`{"household":` + firstAsked + `}`)
		}
		wxAnswer(w, p.Form)
	}))
	s.mux.Handle("POST /phone/{person}/login", sameSite(s.withPerson(func(w http.ResponseWriter, _ *http.Request, p Person) {
		wxAnswer(w, map[string]string{"errMsg": "login:ok", "code": s.LoginCode(p.Key)})
	})))
	s.mux.Handle("POST /phone/{person}/phone-code", sameSite(s.withPerson(func(w http.ResponseWriter, _ *http.Request, p Person) {
		wxAnswer(w, map[string]string{"errMsg": "getPhoneNumber:ok", "code": s.PhoneCode(p.Key)})
	})))
	s.mux.Handle("POST /phone/{person}/grant", sameSite(s.withPerson(s.grant)))
	s.chatPages(show)
	s.mux.HandleFunc("GET /phone/cards/{person}/{side}", s.withPerson(func(w http.ResponseWriter, r *http.Request, p Person) {
		side := r.PathValue("side")
		raw, err := CardPNG(p, side == "front.png")
		if err != nil || (side != "front.png" && side != "back.png") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(raw)
	}))
}

func (s *Server) withPerson(h func(http.ResponseWriter, *http.Request, Person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.people.byKey(r.PathValue("person"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		h(w, r, p)
	}
}

// grant is wx.requestSubscribeMessage with every tick accepted: at most three
// templates at once, as there.
func (s *Server) grant(w http.ResponseWriter, r *http.Request, p Person) {
	var in struct {
		Templates []string `json:"tmplIds"`
	}
	if !strictJSON(w, r, &in) {
		return
	}
	out := map[string]string{"errMsg": "requestSubscribeMessage:ok"}
	if len(in.Templates) == 0 || len(in.Templates) > 3 {
		out["errMsg"] = "requestSubscribeMessage:fail:invalid tmplIds"
		in.Templates = nil
	}
	for _, id := range in.Templates {
		out[id] = "accept"
		if !s.Grant(p.Key, id) {
			out = map[string]string{"errMsg": "requestSubscribeMessage:fail:No template data return"}
			break
		}
	}
	wxAnswer(w, json.RawMessage(mustJSON(out)))
}

func mustJSON(v map[string]string) []byte {
	raw, _ := json.Marshal(v) // strings always encode
	return raw
}

// phoneProxy lets the page's script reach the gateway as wx.request does: no
// cookies, no origin, and the referer and user agent of a mini-program.
func (s *Server) phoneProxy() error {
	to, err := url.Parse(s.cfg.Gateway)
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL.Path, p.Out.URL.RawPath = strings.TrimPrefix(p.In.URL.Path, "/phone/api"), ""
		p.SetURL(to)
		p.Out.Host = to.Host
		for _, h := range []string{"Cookie", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
			p.Out.Header.Del(h)
		}
		p.Out.Header.Set("Referer", "https://servicewechat.com/"+s.cfg.WeChat.AppID+"/1/page-frame.html")
		p.Out.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49 MiniProgramEnv/android")
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte(`{"status":502,"title":"gateway away","detail":"现在网络忙,您填的都存着。过一会儿再点一次。"}`))
	}}
	s.mux.Handle("/phone/api/c/", sameSite(proxy))
	return nil
}
