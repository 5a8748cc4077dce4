package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"lianou/core"
	"lianou/core/payout"
)

// payingBank is a bank on loopback at which a request can be made to stand, by the widths of
// docs/bank-file.md.
type payingBank struct {
	*httptest.Server
	at chan string // what came to stand

	mu    sync.Mutex
	now   station
	files map[string][]byte
	out   map[string][]byte
	puts  int
	paid  map[string]int // by account
	lines int
	total core.Fen // as the header says
}

func newPayingBank(t *testing.T) *payingBank {
	b := &payingBank{at: make(chan string), files: map[string][]byte{}, out: map[string][]byte{}, paid: map[string]int{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *payingBank) arm(s station) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = s
}

func (b *payingBank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	s := b.now
	here := s.bank != "" && strings.HasPrefix(r.Method+" "+r.URL.Path, s.bank)
	if !here || s.after {
		status, answer := b.serve(r, raw)
		b.mu.Unlock()
		if !here {
			w.WriteHeader(status)
			_, _ = w.Write(answer)
			return
		}
	} else {
		b.mu.Unlock()
	}
	select { // somebody waits for it to stand, or it stood already
	case b.at <- s.name:
	case <-r.Context().Done():
	}
	<-r.Context().Done() // its process is killed
	panic(http.ErrAbortHandler)
}

func (b *payingBank) serve(r *http.Request, raw []byte) (int, []byte) {
	in, asked := strings.CutPrefix(r.URL.Path, "/bank/inbox/")
	name, fetched := strings.CutPrefix(r.URL.Path, "/bank/outbox/")
	switch {
	case r.Method == http.MethodPut:
		return b.take(in, raw), nil
	case asked:
		receipt := payout.Receipt{Batch: strings.TrimSuffix(in, ".pay")}
		if raw, ok := b.files[in]; ok {
			sum := sm3.Sum(raw)
			receipt.Has, receipt.Digest = true, hex.EncodeToString(sum[:])
		}
		out, err := receipt.Bytes()
		if err != nil {
			panic(err)
		}
		return http.StatusOK, out
	case fetched:
		if out, ok := b.out[name]; ok {
			return http.StatusOK, out
		}
		return http.StatusNotFound, nil
	}
	names := []string{}
	for n := range b.out {
		names = append(names, n)
	}
	list, err := json.Marshal(names)
	if err != nil {
		panic(err)
	}
	return http.StatusOK, list
}

func (b *payingBank) take(name string, raw []byte) int {
	b.puts++
	if before, ok := b.files[name]; ok {
		if string(before) != string(raw) {
			return http.StatusConflict
		}
		return http.StatusOK
	}
	b.files[name] = raw
	recs := strings.Split(string(raw), "\r\n")
	var total core.Fen
	var lines int
	_, _ = fmt.Sscanf(recs[0][29:37], "%d", &lines)
	_, _ = fmt.Sscanf(recs[0][37:52], "%d", &total)
	b.lines, b.total = b.lines+lines, b.total+total
	ret := payout.Return{Batch: strings.TrimSpace(recs[0][1:21]), Date: core.NewDate(2026, 3, 5), Paid: total}
	for i, rec := range recs[1 : len(recs)-2] {
		l := payout.ReturnLine{Seq: i + 1, Line: strings.TrimSpace(rec[9:29]), Code: payout.CodePaid}
		_, _ = fmt.Sscanf(rec[89:104], "%d", &l.Amount)
		b.paid[strings.TrimSpace(rec[29:49])]++
		ret.Lines = append(ret.Lines, l)
	}
	out, err := ret.Bytes()
	if err != nil {
		panic(err)
	}
	b.out[name+".ret"] = out
	return http.StatusCreated
}

// seen is how many offers came, how many files they were, what their headers add up to, and how
// often each account was paid.
func (b *payingBank) seen() (puts, files, lines int, total core.Fen, paid map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.puts, len(b.files), b.lines, b.total, maps.Clone(b.paid)
}

func discardLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
