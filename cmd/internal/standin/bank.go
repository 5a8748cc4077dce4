package standin

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bank is the paying bank's file exchange and its customers' accounts.
type bank struct {
	shared
	cfg BankConfig

	mu sync.Mutex
	st bankState
}

// bankState is the bank's books.
type bankState struct {
	Files   map[string]string   `json:"files"`   // digest of each file taken, by digest: the batch
	Batches map[string]string   `json:"batches"` // batch number: digest of the file that was booked
	Taken   map[string]string   `json:"taken"`   // file name without .pay: SM3 of the first bytes taken under it
	Returns []returnFile        `json:"returns"`
	Credits map[string][]Credit `json:"credits"` // by account
	Moves   []move              `json:"moves"`   // of days whose statement is not printed yet
}

// returnFile is an answer, visible in the outbox from Ready on.
type returnFile struct {
	Name  string    `json:"name"`
	Ready time.Time `json:"ready"`
	Lost  bool      `json:"lost,omitempty"` // held back until mended
	Body  []byte    `json:"body"`
}

// Credit is money that arrived on an account.
type Credit struct {
	At      time.Time `json:"at"`
	Batch   string    `json:"batch"`
	Line    string    `json:"line"`
	Fen     int64     `json:"fen"`
	Purpose string    `json:"purpose"`
	Holder  string    `json:"holder"` // the name on the card
}

func newBank(cfg BankConfig, sh shared) *bank {
	b := &bank{shared: sh, cfg: cfg}
	b.restore(bankState{})
	return b
}

func (b *bank) state() bankState {
	b.mu.Lock()
	defer b.mu.Unlock()
	// Encoded under the lock: the maps are shared with the handlers.
	raw, _ := json.Marshal(b.st)
	var st bankState
	_ = json.Unmarshal(raw, &st)
	return st
}

func (b *bank) restore(st bankState) {
	if st.Files == nil {
		st.Files = map[string]string{}
	}
	if st.Batches == nil {
		st.Batches = map[string]string{}
	}
	if st.Taken == nil {
		st.Taken = map[string]string{}
	}
	if st.Credits == nil {
		st.Credits = map[string][]Credit{}
	}
	b.st = st
}

func (b *bank) routes(mux *http.ServeMux) {
	mux.HandleFunc("PUT /bank/inbox/{name}", b.guarded("inbox", b.take))
	mux.HandleFunc("GET /bank/inbox/{name}", b.guarded("inbox/ask", b.asked))
	mux.HandleFunc("GET /bank/outbox", b.guarded("outbox", b.list))
	mux.HandleFunc("GET /bank/outbox/{name}", b.guarded("outbox/file", b.fetch))
}

// guarded checks the customer before anything else, faults included: a stranger
// learns nothing about the bank's day. The modes that shape a return stay
// switched on until a file is booked, whatever is asked before.
func (b *bank) guarded(call string, h served) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, pass, ok := r.BasicAuth()
		if !ok || !same(user, b.cfg.User) || !same(pass, b.cfg.Password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="bank"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		b.faults.pass(w, r, b.faults.take(Bank, call, modesOf(call)...), func(w http.ResponseWriter, r *http.Request, f Fault) {
			if code, err := strconv.Atoi(f.Code); f.Mode == ModeError && err == nil && code >= 400 && code < 600 {
				http.Error(w, "bank error", code)
				return
			}
			h(w, r, f)
		})
	}
}

// modesOf are the modes that a call takes up; others wait for who they are meant for.
func modesOf(call string) []Mode {
	modes := []Mode{ModeTimeout, ModeCut, ModeCutDone, ModeStatus}
	switch call {
	case "statement":
		return []Mode{ModeStray, ModeAmend, ModeOmit, ModeTwice}
	case "inbox":
		return append(modes, ModeError, ModeResult, ModeLate, ModeLose, ModeContrary, ModeTwice)
	case "inbox/ask":
		return append(modes, ModeHalf, ModeForeign)
	case "outbox/file":
		return append(modes, ModeHalf)
	}
	return modes
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,51}$`)

func (b *bank) take(w http.ResponseWriter, r *http.Request, f Fault) {
	name := r.PathValue("name")
	if !fileName.MatchString(name) {
		http.Error(w, "file name not allowed", http.StatusBadRequest)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxPayFile+1))
	if err != nil {
		http.Error(w, "body not read", http.StatusBadRequest)
		return
	}
	if len(raw) > maxPayFile {
		http.Error(w, "file too large", http.StatusRequestEntityTooLarge)
		return
	}
	if b.book(strings.TrimSuffix(name, ".pay"), raw, f) {
		w.WriteHeader(http.StatusCreated)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// book takes a file and writes its return; false says that the very same bytes
// were taken before, which changes nothing.
func (b *bank) book(stem string, raw []byte, f Fault) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	digest := sha256hex(raw)
	if _, again := b.st.Files[digest]; again {
		return false
	}
	defer b.changed()
	if b.st.Taken[stem] == "" {
		b.st.Taken[stem] = sm3hex(raw)
	}
	pay, err := parsePay(raw)
	b.st.Files[digest] = pay.Batch
	if f.Mode == ModeError {
		err = fileError{f.Code, "开关"}
	}
	if booked, known := b.st.Batches[pay.Batch]; err == nil && known && booked != digest {
		err = fileError{"9002", "批次号已用,内容不同"}
	}
	var refused fileError
	if errors.As(err, &refused) {
		b.publish(stem, renderRefusal(pay.Batch, refused), f)
		return true
	}
	b.st.Batches[pay.Batch] = digest
	results := b.post(pay, f)
	b.publish(stem, renderReturn(pay.Batch, pay.Date, results), f)
	if f.Mode == ModeTwice {
		b.publish(stem, renderReturn(pay.Batch, pay.Date, results), f)
	}
	if f.Mode == ModeContrary {
		b.publish(stem, renderReturn(pay.Batch, pay.Date, opposite(results)), f)
	}
	return true
}

// post decides each line and credits what can be paid.
func (b *bank) post(pay payFile, f Fault) []result {
	var out []result
	for _, l := range pay.Lines {
		code := lineCode(l.Account)
		if f.Mode == ModeResult {
			code = f.Code
		}
		b.st.Moves = append(b.st.Moves, move{b.stamp().In(china).Format("20060102"), pay.Payer, l.Line, l.Account, l.Fen, code != "0000"})
		if code == "0000" {
			b.st.Credits[l.Account] = append(b.st.Credits[l.Account], Credit{b.stamp(), pay.Batch, l.Line, l.Fen, l.Purpose, l.Name})
		}
		out = append(out, result{l, code, lineSays[code]})
	}
	return out
}

// lineCode is the demo's convention: the last four digits of an account say what
// becomes of money sent there.
func lineCode(account string) string {
	ends := map[string]string{"0018": "1002", "0026": "1001", "0034": "1003", "0042": "1004"}
	if len(account) >= 4 {
		return or(ends[account[len(account)-4:]], "0000")
	}
	return "1004"
}

var lineSays = map[string]string{
	"0000": "成功", "1001": "户名与账号不符", "1002": "账户已销户", "1003": "账户为睡眠户", "1004": "账号不存在",
}

// opposite says of each line the contrary of what was said, with sums that agree
// in themselves: only the first return can unmask it.
func opposite(in []result) []result {
	out := slices.Clone(in)
	for i := range out {
		if out[i].Code == "0000" {
			out[i].Code = "1002"
		} else {
			out[i].Code = "0000"
		}
		out[i].Text = lineSays[out[i].Code]
	}
	return out
}

// publish puts a return into the outbox under a name of the bank's choosing.
func (b *bank) publish(stem string, body []byte, f Fault) {
	name := stem + ".ret"
	for n := 2; slices.ContainsFunc(b.st.Returns, func(r returnFile) bool { return r.Name == name }); n++ {
		name = stem + "-" + strconv.Itoa(n) + ".ret"
	}
	delay := b.cfg.Delay
	if f.Mode == ModeLate {
		delay = f.Delay
	}
	b.st.Returns = append(b.st.Returns, returnFile{name, b.now().Add(delay), f.Mode == ModeLose, body})
}

// release lets lost returns appear after all.
func (b *bank) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.st.Returns {
		b.st.Returns[i].Lost = false
	}
	b.changed()
}

func (b *bank) ready() []returnFile {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.st.Returns), func(r returnFile) bool { return r.Lost || b.now().Before(r.Ready) })
}

func (b *bank) list(w http.ResponseWriter, _ *http.Request, _ Fault) {
	names := []string{}
	for _, r := range b.ready() {
		names = append(names, r.Name)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(names)
}

func (b *bank) fetch(w http.ResponseWriter, r *http.Request, f Fault) {
	for _, file := range b.ready() {
		if file.Name == r.PathValue("name") {
			give(w, file.Body, f)
			return
		}
	}
	http.NotFound(w, r)
}

// give sends a file, or half of it before the line breaks.
func give(w http.ResponseWriter, body []byte, f Fault) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if f.Mode == ModeHalf {
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// CreditsOf lists the money that arrived on any card of a person, oldest first.
func (s *Server) CreditsOf(holder string) []Credit {
	s.bank.mu.Lock()
	defer s.bank.mu.Unlock()
	var out []Credit
	for _, list := range s.bank.st.Credits {
		for _, c := range list {
			if c.Holder == holder {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b Credit) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Line, b.Line)) })
	return out
}

// Credits lists the money that arrived on an account, oldest first.
func (s *Server) Credits(account string) []Credit {
	s.bank.mu.Lock()
	defer s.bank.mu.Unlock()
	return slices.Clone(s.bank.st.Credits[account])
}
