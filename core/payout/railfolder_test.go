package payout

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lianou/core"
)

// folders is a folder rail over two fresh folders, and the clock it goes by.
type folders struct {
	*Folder
	t          *testing.T
	send, take string
	now        time.Time
}

func newFolders(t *testing.T) *folders {
	t.Helper()
	f := &folders{t: t, send: t.TempDir(), take: t.TempDir(), now: time.Now()}
	var err error
	if f.Folder, err = NewFolder(FolderConfig{Send: f.send, Take: f.take, Clock: func() time.Time { return f.now }}); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *folders) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// lay writes a file as old as given.
func (f *folders) lay(dir, name string, raw []byte, age time.Duration) {
	f.t.Helper()
	path := filepath.Join(dir, name)
	f.must(os.WriteFile(path, raw, 0o600))
	f.must(os.Chtimes(path, time.Time{}, f.now.Add(-age)))
}

// in fails when something takes longer than a reading can.
func (f *folders) in(what string, do func()) {
	f.t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		f.t.Fatalf("%s: still waiting", what)
	}
}

// Whoever may write into the folder speaks as the bank, so a folder that group or others
// may write is not used.
//
// Control, seen red: the code before ("770: ready <nil>, outbox [a.ret] <nil>").
func TestAnOpenFolderIsNotTheBank(t *testing.T) {
	t.Parallel()
	f := newFolders(t)
	f.lay(f.take, "a.ret", []byte("x"), time.Hour)
	for mode, open := range map[os.FileMode]bool{0o755: false, 0o750: false, 0o770: true, 0o757: true} {
		f.must(os.Chmod(f.take, mode))
		ready := f.Ready()
		names, _, err := f.Outbox(t.Context())
		_, read := f.Fetch(t.Context(), "a.ret")
		if (ready != nil) != open || (err != nil) != open || (read != nil) != open {
			t.Errorf("%o: ready %v, outbox %v %v, fetched %v", mode, ready, names, err, read)
		}
	}
}

// What a kill left of ours in the folder, accounts in clear, is swept after an hour; what is
// being written, and every other name, stays.
//
// Control, seen red: the code before (".LN1.pay.WKOZ…: <nil>").
func TestWhatAKillLeftIsSwept(t *testing.T) {
	t.Parallel()
	f := newFolders(t)
	dead, fresh := temporary("LN1.pay"), temporary("LN2.pay")
	f.lay(f.send, dead, []byte("x"), 2*time.Hour)
	f.lay(f.send, fresh, []byte("x"), time.Minute)
	f.lay(f.send, "LN3.pay", []byte("x"), 2*time.Hour)
	f.lay(f.send, ".nfs0001", []byte("x"), 2*time.Hour)
	_, _, err := f.Outbox(t.Context())
	f.must(err)
	for name, stays := range map[string]bool{dead: false, fresh: true, "LN3.pay": true, ".nfs0001": true} {
		if _, err := os.Lstat(filepath.Join(f.send, name)); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A receipt that cannot be read, or is of another batch, hides neither the answer to our
// question nor keeps it from being asked. "Not here" waits for one that is half written, and
// for our own file to be gone.
//
// Control, seen red: the code before ("spoilt: nobody is asked", "spoilt: ”, bank_file").
func TestABadReceiptHidesNoOther(t *testing.T) {
	t.Parallel()
	receipt := func(r Receipt) []byte {
		raw, err := r.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	q := Question{Batch: "LN1", Name: "LN1.pay", Digest: strings.Repeat("a", 64), Offer: 1}
	absent, foreign := receipt(Receipt{Batch: "LN1"}), receipt(Receipt{Batch: "LN2", Has: true, Digest: q.Digest})
	for name, c := range map[string]struct {
		taken []byte
		age   time.Duration
		want  Word
	}{
		"spoilt":  {[]byte("rubbish"), time.Hour, Absent},
		"foreign": {foreign, time.Hour, Absent},
		"half":    {[]byte("A"), 0, Unsaid},
	} {
		f := newFolders(t)
		f.lay(f.take, "LN1.ack", c.taken, c.age)
		if word, _ := f.Ask(t.Context(), q); word != Unsaid {
			t.Errorf("%s, not answered: %q", name, word)
		}
		if _, err := os.Lstat(filepath.Join(f.send, "LN1.1.ask")); err != nil {
			t.Errorf("%s: nobody is asked: %v", name, err)
		}
		f.lay(f.take, "LN1.1.ack", absent, 0)
		if word, err := f.Ask(t.Context(), q); word != c.want {
			t.Errorf("%s: '%s', %v", name, word, err)
		}
		f.lay(f.send, q.Name, []byte("our file"), 0)
		if word, _ := f.Ask(t.Context(), q); word != Unsaid {
			t.Errorf("%s, our file lies there: %q", name, word)
		}
	}
}

// A torn file that is dated tomorrow is given to a person as one of today is: after a
// quarter of an hour.
//
// Control, seen red: the code before ("after an hour: ”, bank_half").
func TestATornFileOfTomorrowIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	f := newFolders(t)
	f.lay(f.take, "a.ret", []byte("R half"), -24*time.Hour)
	if _, err := f.Fetch(t.Context(), "a.ret"); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("at once: %v", err)
	}
	f.now = f.now.Add(time.Hour)
	if raw, err := f.Fetch(t.Context(), "a.ret"); err != nil || string(raw) != "R half" {
		t.Errorf("after an hour: '%s', %v", raw, err)
	}
}

// However much lies in the folder: receipts and names with a dot cost nothing, and of too
// many files each comes in its turn.
//
// Control, seen red: the code before ("receipts: 0 names, bank_outbox").
func TestAFullFolderIsReadInTurns(t *testing.T) {
	t.Parallel()
	f := newFolders(t)
	for n := range MaxOutbox {
		f.must(os.WriteFile(filepath.Join(f.take, fmt.Sprintf("LN%05d.ack", n)), nil, 0o600))
	}
	f.must(os.WriteFile(filepath.Join(f.take, "a.ret"), nil, 0o600))
	if names, odd, err := f.Outbox(t.Context()); err != nil || len(names) != 1 || odd != 0 {
		t.Fatalf("receipts: %d names, %d odd, %v", len(names), odd, err)
	}
	for n := range MaxOutbox {
		f.must(os.Rename(filepath.Join(f.take, fmt.Sprintf("LN%05d.ack", n)), filepath.Join(f.take, fmt.Sprintf("LN%05d.ret", n))))
	}
	seen := map[string]bool{}
	for range 3 {
		names, odd, err := f.Outbox(t.Context())
		if err != nil || len(names) > MaxOutbox || len(names)+odd != MaxOutbox+1 {
			t.Fatalf("a look: %d names, %d left, %v", len(names), odd, err)
		}
		for _, n := range names {
			seen[n] = true
		}
	}
	if len(seen) != MaxOutbox+1 {
		t.Errorf("%d files have come", len(seen))
	}
}

// A pipe under the name of a file holds nobody up, in either folder.
//
// Controls, seen red: the code before ("our own name: still waiting"); regular without
// O_NONBLOCK ("the bank's name: still waiting").
func TestAPipeHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	f := newFolders(t)
	f.must(syscall.Mkfifo(filepath.Join(f.send, "LN1.pay"), 0o600))
	f.must(syscall.Mkfifo(filepath.Join(f.take, "a.ret"), 0o600))
	ctx := context.WithoutCancel(t.Context())
	f.in("the bank's name", func() {
		if _, err := f.Fetch(ctx, "a.ret"); err == nil {
			t.Error("a pipe is read")
		}
	})
	f.in("our own name", func() {
		if _, err := f.Put(ctx, "LN1.pay", []byte("x")); err == nil {
			t.Error("a pipe is a file of ours")
		}
	})
}
