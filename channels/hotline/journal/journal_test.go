package journal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/channels/hotline/journal"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

// desk is a record of calls on a database of its own, and a folder.
type desk struct {
	t     *testing.T
	db    *pgtest.Env
	house *channeltest.House
	calls *calls.Log
	dir   string
}

func open(t *testing.T) *desk {
	t.Helper()
	h := channeltest.NewHouse(t)
	db := pgtest.New(t)
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	log, err := calls.New(calls.Deps{DB: db.DB(pgtest.Gateway), Bell: h.Bell, Audit: audit.NewTo(h.Keys.Gateway.Platform), Ring: h.Keys.Gateway.Ring,
		Platform: h.Keys.Gateway.Platform, Blind: h.Keys.Gateway.Shared, Jobs: inserter, Opener: h.Keys.Platform.Opener})
	must(t, err)
	return &desk{t: t, db: db, house: h, calls: log, dir: t.TempDir()}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) journal() *journal.Journal {
	d.t.Helper()
	j, err := journal.Open(d.dir, 1<<20, journal.Deps{Ring: d.house.Keys.Gateway.Ring, Calls: d.calls, Blobs: d.house.Env().Blobs, Log: slog.New(slog.DiscardHandler)})
	must(d.t, err)
	return j
}

// admin changes the database from outside.
func (d *desk) admin(sql string) {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), d.db.Superuser())
	must(d.t, err)
	defer conn.Close(d.t.Context())
	_, err = conn.Exec(d.t.Context(), sql)
	must(d.t, err)
}

// run delivers until what is wanted holds.
func (d *desk) run(j *journal.Journal, what string, holds func() bool) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); j.Run(ctx) }()
	defer func() { cancel(); <-done }()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("%s: does not come; %d wait", what, j.Waiting())
		}
	}
}

func (d *desk) call(id string) (calls.Call, bool) {
	c, err := d.calls.Get(d.t.Context(), id)
	return c, err == nil
}

func (d *desk) files() []string {
	d.t.Helper()
	list, err := os.ReadDir(d.dir)
	must(d.t, err)
	var out []string
	for _, f := range list {
		out = append(out, f.Name())
	}
	return out
}

// sound is a recording of our own form with so many frames; its head counts only the
// first few when short.
func sound(frames int, short bool) []byte {
	const head = 58
	said := uint32(2 * frames)
	if short {
		said = 20
	}
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, head-8+said)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 18)
	for _, v := range []uint16{6, 2} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 16000)
	for _, v := range []uint16{2, 8, 0} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "fact"...)
	b = binary.LittleEndian.AppendUint32(b, 4)
	b = binary.LittleEndian.AppendUint32(b, said/2)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, said)
	return append(b, bytes.Repeat([]byte{0x2a, 0xd5}, frames)...)
}

var began = time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)

func entry(id string) journal.Entry {
	return journal.Entry{Call: id, Caller: "13805340001", Called: "12345", Exchange: "sip", Began: began}
}

// A call goes into the record, its sound into the store, and nothing stays. Control:
// leave remove out of deliver.
func TestDelivered(t *testing.T) {
	t.Parallel()
	d := open(t)
	j := d.journal()
	c, name, err := j.Begin(entry("one"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(d.dir, name+".wav"), sound(16000, false), 0o600))
	j.Change(c, func(e *journal.Entry) { e.Answered = began.Add(time.Second) })
	j.Change(c, func(e *journal.Entry) { e.Ended, e.Sound, e.Wish = began.Add(3*time.Second), true, "request" })
	d.run(j, "the call", func() bool { got, ok := d.call("one"); return ok && got.RecordingState == "stored" && j.Waiting() == 0 })
	got, _ := d.call("one")
	if got.Caller.Reveal() != "13805340001" || !got.Ended.Equal(began.Add(3*time.Second)) || got.Wish != calls.WishRequest || got.Partial {
		t.Errorf("%+v", got)
	}
	if left := d.files(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// A call whose caller heard how far it is and wanted no more needs nobody; one that
// was answered and not recorded says so.
func TestKindsOfEnd(t *testing.T) {
	t.Parallel()
	d := open(t)
	j := d.journal()
	for id, end := range map[string]func(*journal.Entry){
		"status": func(e *journal.Entry) { e.Wish = "status" },
		"mute":   func(e *journal.Entry) { e.Wish = "request" },
		"gone":   func(e *journal.Entry) { e.Answered = time.Time{} },
	} {
		c, _, err := j.Begin(entry(id))
		must(t, err)
		j.Change(c, func(e *journal.Entry) {
			e.Answered, e.Ended = began.Add(time.Second), began.Add(9*time.Second)
			end(e)
		})
	}
	d.run(j, "three calls", func() bool { return j.Waiting() == 0 })
	status, _ := d.call("status")
	mute, _ := d.call("mute")
	gone, _ := d.call("gone")
	if status.Outcome != calls.OutcomeServed || status.Done.IsZero() {
		t.Errorf("%+v", status)
	}
	if mute.RecordingState != "lost" || !mute.Done.IsZero() {
		t.Errorf("%+v", mute)
	}
	if !gone.Abandoned() || gone.RecordingState != "none" {
		t.Errorf("%+v", gone)
	}
}

// A process that dies in the middle of a call leaves what was said: the next start
// mends the recording and delivers the call as cut off. Control: leave mend out.
func TestCutOff(t *testing.T) {
	t.Parallel()
	d := open(t)
	before := d.journal()
	_, name, err := before.Begin(entry("cut"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(d.dir, name+".wav"), sound(40000, true), 0o600))
	_, _, err = before.Begin(entry("silent"))
	must(t, err)
	after := d.journal()
	d.run(after, "the calls", func() bool { return after.Waiting() == 0 })
	cut, _ := d.call("cut")
	if got := cut.Ended.Sub(cut.Began); !cut.Partial || cut.RecordingState != "stored" || got != 5*time.Second {
		t.Errorf("%v of 5 s, %+v", got, cut)
	}
	silent, ok := d.call("silent")
	if !ok || silent.State() != calls.StateEnded {
		t.Errorf("%+v", silent)
	}
}

// While the record of calls is away, calls lie on the disk, sealed, and are delivered
// when it is back. Control: drop an entry whose delivery fails.
func TestRecordAway(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.admin("revoke insert on call from lianou_gateway")
	j := d.journal()
	c, _, err := j.Begin(entry("later"))
	must(t, err)
	j.Change(c, func(e *journal.Entry) { e.Ended = began.Add(time.Second) })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); j.Run(ctx) }()
	cancel()
	<-done
	files := d.files()
	if len(files) != 1 {
		t.Fatalf("%v", files)
	}
	b, err := os.ReadFile(filepath.Join(d.dir, files[0]))
	must(t, err)
	if bytes.Contains(b, []byte("13805340001")) || strings.Contains(files[0], "later") {
		t.Error("the caller's number lies in the clear")
	}
	d.admin("grant insert on call to lianou_gateway")
	again := d.journal()
	d.run(again, "the call", func() bool { return again.Waiting() == 0 })
	if _, ok := d.call("later"); !ok {
		t.Error("the call is lost")
	}
}

// The same Call-ID long after is another call. Control: leave idOf out of HeardOwn.
func TestCallIDAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	j := d.journal()
	for day := range 2 {
		e := entry("1-4711@10.0.0.1")
		e.Began = began.AddDate(0, 0, day)
		c, _, err := j.Begin(e)
		must(t, err)
		j.Change(c, func(e *journal.Entry) { e.Ended = e.Began.Add(time.Minute) })
		d.run(j, "the call", func() bool { return j.Waiting() == 0 })
	}
	list, err := d.calls.Waiting(t.Context())
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d calls", len(list))
	}
}

// An entry that nobody can open is put aside and keeps nobody from their call.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	d := open(t)
	must(t, os.WriteFile(filepath.Join(d.dir, "00.call"), []byte("nonsense"), 0o600))
	j := d.journal()
	if _, err := os.Stat(filepath.Join(d.dir, "00.call.unreadable")); errors.Is(err, os.ErrNotExist) || j.Waiting() != 0 {
		t.Errorf("%v, %d wait", err, j.Waiting())
	}
}
