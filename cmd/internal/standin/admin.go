package standin

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// adminPages mounts the switches: one page for people, the same acts as JSON for
// programs that play a demo.
func (s *Server) adminPages(show func(http.ResponseWriter, string, any)) {
	s.mux.HandleFunc("GET /admin", func(w http.ResponseWriter, _ *http.Request) {
		show(w, "admin.html", map[string]any{"On": s.faults.list(), "Services": switches()})
	})
	s.mux.HandleFunc("GET /admin/faults", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(append([]Fault{}, s.faults.list()...))
	})
	s.mux.Handle("POST /admin/faults", sameSite(http.HandlerFunc(s.switchOn)))
	s.mux.Handle("POST /admin/mend", sameSite(http.HandlerFunc(s.switchOff)))
	s.mux.Handle("POST /admin/clock", sameSite(http.HandlerFunc(s.moveClock)))
	s.mux.Handle("POST /admin/people", sameSite(http.HandlerFunc(s.putPerson)))
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
}

// panel is one service's part of the switches' page.
type panel struct {
	Service Service
	Title   string
	Modes   []Mode
	Codes   string
}

// modeNames are the switches in plain words.
var modeNames = map[Mode]string{
	ModeError: "报错(填代码)", ModeTimeout: "不回话", ModeCut: "一连就断", ModeCutDone: "办完了才断", ModeStatus: "502 网页",
	ModeResult: "结果改成(填代码)", ModeReport: "收下了但没送到", ModeLate: "回单晚到", ModeLose: "回单不来", ModeContrary: "回单前后矛盾",
	ModeStray: "对账单多一笔", ModeAmend: "对账单差一分", ModeOmit: "对账单少一笔",
	ModeTwice: "通知送两次", ModeDisorder: "先后颠倒", ModeForge: "签名是假的", ModeStale: "时间是旧的",
	ModeSlow: "很慢(填秒)", ModeTruncated: "只回一半", ModeFlood: "回 5 MB 的字", ModePrompt: "像命令的字", ModeLanguage: "听成英语", ModeLies: "时间是假的",
	ModeSilent: "末了不出声", ModeInverted: "结束标记反着(旧 Python)", ModeIsEnd: "用 is_end 结束(新 Python)",
	ModeMissing: "录音找不到", ModeHuge: "录音没有头", ModeInside: "录音跳到内网", ModeJunk: "录音是网页",
}

func switches() []panel {
	list := []panel{
		{Service: WeChat, Title: "微信", Codes: "-1 40001 42001 43101 45009 47003"},
		{Service: Identity, Title: "身份核验", Codes: "-1 -4 -5 -6 -7,或 InternalError"},
		{Service: SMS, Title: "短信", Codes: "FailedOperation.PhoneNumberInBlacklist LimitExceeded.PhoneNumberDailyLimit"},
		{Service: Bank, Title: "银行", Codes: "1001 1002 1003 1004,整份 9001 9003 503"},
		{Service: Exchange, Title: "话务交换", Codes: ""},
		{Service: Speech, Title: "语音转文字", Codes: "500 429 422 415 400"},
	}
	for i := range list {
		list[i].Modes = append(slices.Clone(everyMode), modes[list[i].Service]...)
	}
	return list
}

// isJSON tells programs from forms; both come to the same addresses.
func isJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// strictJSON decodes one small body, or answers 400.
func strictJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		http.Error(w, "body: "+err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func (s *Server) switchOn(w http.ResponseWriter, r *http.Request) {
	var f Fault
	if isJSON(r) {
		if !strictJSON(w, r, &f) {
			return
		}
	} else {
		f = Fault{Service: Service(r.FormValue("service")), Mode: Mode(r.FormValue("mode")), Call: r.FormValue("call"), Code: strings.TrimSpace(r.FormValue("code"))}
		f.Times, _ = strconv.Atoi(r.FormValue("times"))
		seconds, _ := strconv.Atoi(r.FormValue("seconds"))
		f.Delay = time.Duration(seconds) * time.Second
	}
	if err := s.Break(f); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	done(w, r, http.StatusCreated)
}

func (s *Server) switchOff(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Service Service `json:"service"`
	}
	if isJSON(r) {
		if !strictJSON(w, r, &in) {
			return
		}
	} else {
		in.Service = Service(r.FormValue("service"))
	}
	s.Mend(in.Service)
	done(w, r, http.StatusNoContent)
}

func (s *Server) putPerson(w http.ResponseWriter, r *http.Request) {
	var p Person
	if !strictJSON(w, r, &p) {
		return
	}
	if p.Key == "" || strings.ContainsAny(p.Key, "/?# ") || p.Name == "" || len(p.ID) != 18 {
		http.Error(w, "a person has a key, a name and an identity number", http.StatusUnprocessableEntity)
		return
	}
	s.AddPerson(p)
	w.WriteHeader(http.StatusCreated)
}

// done answers a program with a status and a form with the page again.
func done(w http.ResponseWriter, r *http.Request, status int) {
	if isJSON(r) {
		w.WriteHeader(status)
		return
	}
	http.Redirect(w, r, "/admin", http.StatusSeeOther)
}
