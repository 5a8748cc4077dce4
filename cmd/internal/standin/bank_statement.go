package standin

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// move is money that left the customer's account for somebody, or came back from there.
type move struct {
	Day     string `json:"day"` // of value, yyyymmdd by the city's clock
	Payer   string `json:"payer"`
	Line    string `json:"line"` // the customer's name of it
	Account string `json:"account"`
	Fen     int64  `json:"fen"`
	Back    bool   `json:"back,omitempty"`
}

// nights prints statements as days end, until ctx ends.
func (b *bank) nights(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.endDays()
		}
	}
}

// EndDays has the bank print the statement of each day that is over.
func (s *Server) EndDays() { s.bank.endDays() }

// endDays puts into the outbox one statement for each account and each day that is over, of
// days on which something moved.
func (b *bank) endDays() {
	b.mu.Lock()
	defer b.mu.Unlock()
	today := b.stamp().In(china).Format("20060102")
	for {
		i := slices.IndexFunc(b.st.Moves, func(m move) bool { return m.Day < today })
		if i < 0 {
			return
		}
		day, payer := b.st.Moves[i].Day, b.st.Moves[i].Payer
		var of []move
		b.st.Moves = slices.DeleteFunc(b.st.Moves, func(m move) bool {
			mine := m.Day == day && m.Payer == payer
			if mine {
				of = append(of, m)
			}
			return mine
		})
		b.print(day, payer, of)
	}
}

// print writes one statement, as the day's fault has it.
func (b *bank) print(day, payer string, of []move) {
	f := b.faults.take(Bank, "statement", modesOf("statement")...)
	switch f.Mode {
	case ModeStray:
		of = append(of, move{day, payer, "K" + day + "0001", "6217003799999999", 1250, false})
	case ModeAmend:
		of[0].Fen++
	case ModeOmit:
		of = of[1:]
	}
	body := renderStatement(day, payer, of)
	copies := 1
	if f.Mode == ModeTwice {
		copies = 2
	}
	for n := range copies {
		name := day + "-" + tail(payer)
		if n > 0 {
			name += "-" + strconv.Itoa(n+1)
		}
		b.st.Returns = append(b.st.Returns, returnFile{Name: name + ".sta", Ready: b.now(), Body: body})
	}
	b.changed()
}

// tail is the last four digits of an account.
func tail(account string) string { return ("0000" + account)[len(account):] }

// renderStatement writes the S file of one day.
func renderStatement(day, payer string, of []move) []byte {
	var paid, back int64
	var lines bytes.Buffer
	for i, m := range of {
		kind := "P"
		if m.Back {
			kind, back = "B", back+m.Fen
		} else {
			paid += m.Fen
		}
		fmt.Fprintf(&lines, "L%08d%s%015d%s%s%s\r\n", i+1, fit(m.Line, 20), m.Fen, tail(m.Account), day, kind)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "S%s%s%s%s%08d%015d%015d\r\n", fit("DZ"+day+tail(payer), 20), tail(payer), day, day, len(of), paid, back)
	b.Write(lines.Bytes())
	return endFile(&b, len(of), paid+back)
}
