package standin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"
)

// visit fetches from and brings to the customer's folders, until ctx ends.
func (b *bank) visit(ctx context.Context) {
	if b.cfg.Inbox == "" || b.cfg.Outbox == "" {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.sweep(); err != nil {
				b.faults.log.Error("stand-in bank at its folders", "err", err)
			}
		}
	}
}

// Sweep is one round of the bank through its customer's folders.
func (s *Server) Sweep() error { return s.bank.sweep() }

// sweep ends what it began, then takes what lies in the inbox and lays out what is
// ready. Names that begin
// with a dot are still being written.
func (b *bank) sweep() error {
	in, err := os.OpenRoot(b.cfg.Inbox)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenRoot(b.cfg.Outbox)
	if err != nil {
		return err
	}
	defer out.Close()
	list, err := fs.ReadDir(in.FS(), ".")
	if err != nil {
		return err
	}
	err = b.mendReceipts(out)
	for _, e := range list {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && fileName.MatchString(e.Name()) {
			err = errors.Join(err, b.pick(in, out, e.Name()))
		}
	}
	return errors.Join(err, b.lay(out))
}

// pick takes one file and leaves its receipt. Under ModeTimeout and ModeStatus the bank
// does not come by; under ModeCut it loses the file; under ModeCutDone, the receipt.
func (b *bank) pick(in, out *os.Root, name string) error {
	stem, isPay := strings.CutSuffix(name, ".pay")
	call := "inbox/ask"
	if isPay {
		call = "inbox"
	}
	f := b.faults.take(Bank, call, modesOf(call)...)
	if f.Mode == ModeTimeout || f.Mode == ModeStatus {
		return nil
	}
	raw, err := readRoot(in, name)
	if err != nil {
		return err
	}
	if f.Mode != ModeCut {
		answer := stem + ".ack"
		if isPay {
			b.book(stem, raw, f)
		} else if stem, answer, err = asks(raw); err != nil {
			return err
		}
		if f.Mode != ModeCutDone {
			r := b.faults.take(Bank, "inbox/ask", ModeHalf, ModeForeign)
			if !isPay {
				r = f
			}
			err = bring(out, answer, b.receipt(stem, r), r)
		}
	}
	return errors.Join(err, in.Remove(name))
}

func asks(raw []byte) (batch, answer string, err error) {
	batch, offer, err := parseAsk(raw)
	return batch, fmt.Sprintf("%s.%d.ack", batch, offer), err
}

// mendReceipts ends the receipts that were brought by half.
func (b *bank) mendReceipts(out *os.Root) (err error) {
	b.mu.Lock()
	taken := maps.Clone(b.st.Taken)
	b.mu.Unlock()
	for stem := range taken {
		whole := b.receipt(stem, Fault{})
		if had, e := readRoot(out, stem+".ack"); e == nil && len(had) < len(whole) {
			err = errors.Join(err, bring(out, stem+".ack", whole, Fault{}))
		}
	}
	return err
}

// lay brings the returns that are ready and were not brought yet.
func (b *bank) lay(out *os.Root) (err error) {
	for _, r := range b.ready() {
		if had, e := readRoot(out, r.Name); e == nil && len(had) == len(r.Body) {
			continue
		}
		err = errors.Join(err, bring(out, r.Name, r.Body, b.faults.take(Bank, "outbox/file", ModeHalf)))
	}
	return err
}

// bring writes a file into the outbox under a dotted name and renames it; a bank under
// ModeHalf writes in place and is not done yet.
func bring(out *os.Root, name string, body []byte, f Fault) error {
	if f.Mode == ModeHalf {
		return out.WriteFile(name, body[:len(body)/2], 0o644)
	}
	if err := out.WriteFile("."+name, body, 0o644); err != nil {
		return err
	}
	return out.Rename("."+name, name)
}

func readRoot(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxPayFile+1))
}
