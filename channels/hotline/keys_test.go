package hotline

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

const (
	keyedReceipt = "7319052645"
	keyedLast4   = "0028"
)

// answering is a line of our own that runs, with the refused application of one household, and the record of its calls
// as desks read it.
func answering(t *testing.T) (line *ownLine, desk *calls.Log) {
	t.Helper()
	db := pgtest.New(t)
	h := channeltest.NewHouse(t)
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	log := audit.NewTo(h.Keys.Gateway.Platform)
	env := h.Env()
	env.Ring, env.Now = h.Keys.Gateway.Ring, time.Now
	env.Cases, err = casefile.NewReader(db.DB(pgtest.Gateway), h.Keys.Gateway.Shared, log)
	must(t, err)
	env.Calls, err = calls.New(calls.Deps{DB: db.DB(pgtest.Gateway), Bell: h.Bell, Audit: log, Ring: h.Keys.Gateway.Ring,
		Platform: h.Keys.Gateway.Platform, Blind: h.Keys.Gateway.Shared, Jobs: inserter, Opener: h.Keys.Platform.Opener})
	must(t, err)
	first := uint16(42000 + os.Getpid()%30*100)
	ch, err := New(Config{Line: Line{Addr: "127.0.0.1:0", Trunks: []string{"127.0.0.1"}, FirstPort: first, LastPort: first + 99, Dir: t.TempDir(), DrainSeconds: 1}}, env)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- ch.Run(ctx) }()
	t.Cleanup(func() { cancel(); must(t, <-over) })
	conn, err := pgx.Connect(t.Context(), db.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`) // the row of the status alone
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, phone_key, status, items, updated)
		values (gen_random_uuid(), 1, '371426104', $1, $2, 'refused', '[{"item": "MZ-01", "name": "低保", "status": "refused"}]', now())`,
		keyedReceipt, hex.EncodeToString(h.Keys.Gateway.Shared.Blind("case.status", keyedReceipt+":"+keyedLast4)))
	must(t, err)
	desk, err = calls.New(calls.Deps{DB: db.DB(pgtest.Platform), Bell: h.Bell, Audit: audit.New(h.Keys.Platform.Ring), Platform: h.Keys.Platform.Self, Opener: h.Keys.Platform.Opener})
	must(t, err)
	return ch.line, desk
}

// press rings the line with a telephone that is not ours, presses keys and hangs up.
func press(t *testing.T, line *ownLine, from, keys string) {
	t.Helper()
	silence := filepath.Join(t.TempDir(), "silence.wav")
	sound := make([]byte, 2*8000*60)
	head := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(head[40:], uint32(len(sound)))
	binary.LittleEndian.PutUint32(head[4:], uint32(36+len(sound)))
	must(t, os.WriteFile(silence, append(head, sound...), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "../../docs/ring.sh", silence, keys, "2")
	cmd.Env = append(os.Environ(), "LIANOU_RING=sip:12345@"+line.endpoint.Addr(), "LIANOU_RING_FROM="+from)
	if out, err := cmd.CombinedOutput(); err != nil && ctx.Err() != nil {
		t.Errorf("baresip: %v\n%s", err, out)
	}
}

// Callers press keys on a real telephone: whoever opened their own application says that the
// decision is wrong, or that it is not solved; a neighbour keys in the number of a notice; a
// stranger with a wrong pair is offered nothing of it. Each call carries what it is about, and
// waits for a person.
//
// Named, not seen red: look that leaves the items out (`wish "status"` of who pressed 2); the entry
// without About (`about ""`); Found for any pair.
func TestWhatWasKeyedInWaitsForAPerson(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("baresip"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("NOT TESTED, keys of a real telephone: baresip is not here")
	}
	line, desk := answering(t)
	pair := "1" + keyedReceipt + keyedLast4
	for i, c := range []struct{ what, keys, wish, about string }{
		{"a decision is wrong", pair + "2", "appeal", "receipt:" + keyedReceipt},
		{"it is not solved", pair + "3", "unsolved", "receipt:" + keyedReceipt},
		{"the letter is to be read out", pair + "0", "call_back", "receipt:" + keyedReceipt},
		{"a stranger", "1" + keyedReceipt + "0029" + "#" + "3", "request", ""},
		{"a notice", "2" + "31#", "object", "notice:31"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			from := fmt.Sprintf("1370534100%d", i)
			press(t, line, from, c.keys)
			wish, about := kept(t, desk, from)
			if wish != c.wish || about != c.about {
				t.Errorf("wish %q about %q, want %q about %q", wish, about, c.wish, c.about)
			}
		})
	}
}

// kept is the record of who rang, once it is over and nobody has finished it.
func kept(t *testing.T, list *calls.Log, from string) (wish, about string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); <-tick.C {
		waiting, err := list.Waiting(t.Context(), 0)
		must(t, err)
		for _, c := range waiting {
			if c.Caller.Reveal() == from && !c.Ended.IsZero() {
				must(t, list.Take(t.Context(), c.ID, 7))
				k, err := list.KeyedIn(t.Context(), c.ID, 7, "替他记下")
				must(t, err)
				return string(c.Wish), string(k)
			}
		}
	}
	t.Fatal("the call does not wait for a person")
	return "", ""
}
