package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/channels/hotline/journal"
	"lianou/core"
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
	d.t.Cleanup(func() { j.Close() })
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

// run delivers what there is, as a program does that stops in order.
func (d *desk) run(j *journal.Journal) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	cancel()
	j.Run(ctx)
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
		if f.Name() != "lock" {
			out = append(out, f.Name())
		}
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
	d.run(j)
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
	d.run(j)
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
	must(t, before.Close())
	after := d.journal()
	d.run(after)
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
	d.run(j)
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
	must(t, j.Close())
	again := d.journal()
	d.run(again)
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
		d.run(j)
	}
	list, err := d.calls.Waiting(t.Context(), 0)
	must(t, err)
	if len(list) != 1 || list[0].Same != 2 { // one number, one line
		t.Errorf("%d lines: %+v", len(list), list)
	}
}

// Two streams of one call within a moment are two recordings, and both are heard.
// Control: deliver without apart, "1 recordings".
func TestSecondStreamOfACall(t *testing.T) {
	t.Parallel()
	d := open(t)
	j := d.journal()
	for i := range 2 {
		e := entry("one")
		e.Began = began.Add(time.Duration(i) * time.Second)
		c, name, err := j.Begin(e)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(d.dir, name+".wav"), sound(8000*(i+1), false), 0o600))
		j.Change(c, func(e *journal.Entry) {
			e.Answered, e.Ended, e.Sound = e.Began, e.Began.Add(time.Duration(i+1)*time.Second), true
		})
		d.run(j)
	}
	list, err := d.calls.Waiting(t.Context(), 0)
	must(t, err)
	heard := map[core.BlobDigest]bool{}
	for _, c := range list {
		heard[c.Recording] = c.Recording != ""
	}
	if len(heard) != 2 || len(d.files()) != 0 {
		t.Errorf("%d recordings, left: %v", len(heard), d.files())
	}
}

// An entry that cannot be opened now, because a key or the disk is away, stays where it
// is and keeps nobody from their call. Control: rename it.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	d := open(t)
	must(t, os.WriteFile(filepath.Join(d.dir, "00.call"), []byte("nonsense"), 0o600))
	j := d.journal()
	c, _, err := j.Begin(entry("next"))
	must(t, err)
	j.Change(c, func(e *journal.Entry) { e.Ended = began.Add(time.Second) })
	d.run(j)
	if _, ok := d.call("next"); !ok || j.Waiting() != 1 {
		t.Errorf("the next call delivered %v, %d wait", ok, j.Waiting())
	}
	if files := d.files(); len(files) != 1 || files[0] != "00.call" {
		t.Errorf("left: %v", files)
	}
}

// A recording that cannot be mended is not taken for silence and never deleted; one that
// cannot be opened now is tried again. Controls: errors.Is(err, media.ErrRecording)
// beside os.ErrNotExist in mend; remove that deletes whatever there is.
func TestSoundIsNeverDeletedUndelivered(t *testing.T) {
	t.Parallel()
	d := open(t)
	before := d.journal()
	_, broken, err := before.Begin(entry("broken"))
	must(t, err)
	spoilt := sound(16000, false)
	copy(spoilt, "XXXX")
	must(t, os.WriteFile(filepath.Join(d.dir, broken+".wav"), spoilt, 0o600))
	_, shut, err := before.Begin(entry("shut"))
	must(t, err)
	must(t, os.Mkdir(filepath.Join(d.dir, shut+".wav"), 0o700)) // opens for nobody to write, not even root
	must(t, before.Close())
	after := d.journal()
	d.run(after)
	got, _ := d.call("broken")
	if kept, err := os.ReadFile(filepath.Join(d.dir, broken+".wav.unreadable")); err != nil || !bytes.Equal(kept, spoilt) || got.RecordingState != "lost" || got.Answered.IsZero() {
		t.Errorf("what could not be mended: %v, %+v", err, got)
	}
	if _, ok := d.call("shut"); ok || after.Waiting() != 1 {
		t.Errorf("what could not be opened was delivered: %v, %d wait", ok, after.Waiting())
	}
	must(t, os.Remove(filepath.Join(d.dir, shut+".wav")))
	must(t, os.WriteFile(filepath.Join(d.dir, shut+".wav"), sound(16000, false), 0o600))
	must(t, after.Close())
	again := d.journal()
	d.run(again)
	if got, _ := d.call("shut"); got.RecordingState != "stored" {
		t.Errorf("when it could be opened again: %+v", got)
	}
}

// What is no longer what it was when its call ended is kept as it is, and the log says so.
// Control: compare the digest with itself.
func TestChangedRecording(t *testing.T) {
	t.Parallel()
	d := open(t)
	var log bytes.Buffer
	j, err := journal.Open(d.dir, 1<<20, journal.Deps{Ring: d.house.Keys.Gateway.Ring, Calls: d.calls, Blobs: d.house.Env().Blobs, Log: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, err)
	defer j.Close()
	for _, id := range []string{"as it was", "changed"} {
		c, name, err := j.Begin(entry(id))
		must(t, err)
		whole := sound(16000, false)
		sum := sha256.Sum256(whole)
		if id == "changed" {
			whole[len(whole)-1] ^= 1
		}
		must(t, os.WriteFile(filepath.Join(d.dir, name+".wav"), whole, 0o600))
		j.Change(c, func(e *journal.Entry) {
			e.Answered, e.Ended, e.Sound, e.Digest = began.Add(time.Second), began.Add(3*time.Second), true, core.BlobDigest(hex.EncodeToString(sum[:]))
		})
	}
	d.run(j)
	for _, id := range []string{"as it was", "changed"} {
		if got, _ := d.call(id); got.RecordingState != "stored" {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if n := strings.Count(log.String(), "a recording changed"); n != 1 {
		t.Errorf("%d lines about a changed recording, want 1: %s", n, log.String())
	}
}

// A recording that went missing is said to be lost, not on its way for ever.
func TestSoundIsGone(t *testing.T) {
	t.Parallel()
	d := open(t)
	j := d.journal()
	c, _, err := j.Begin(entry("gone"))
	must(t, err)
	j.Change(c, func(e *journal.Entry) { e.Answered, e.Ended, e.Sound = began, began.Add(time.Second), true })
	d.run(j)
	if got, _ := d.call("gone"); got.RecordingState != "lost" {
		t.Errorf("%+v", got)
	}
}

// One process has the folder. Control: leave the lock out of Open.
func TestOneProcess(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.journal()
	if _, err := journal.Open(d.dir, 1<<20, journal.Deps{}); err == nil || !strings.Contains(err.Error(), "another gateway") {
		t.Errorf("opened twice: %v", err)
	}
}
