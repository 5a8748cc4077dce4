package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/rig"
	"lianou/core/blob"
)

// TestGatewayKilledInACall kills the gateway with SIGKILL in the middle of a call: the
// recording up to about the last second is on the disk and can be played, and after
// the restart the call is in the queue with it, marked as cut short.
// Controls: journal.Open without takeUp; mend without Repair.
func TestGatewayKilledInACall(t *testing.T) {
	t.Parallel()
	s := newStorm(t, "", 0)
	const call = "cut-off-by-a-kill"
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	rang := make(chan error, 1)
	go func() {
		rang <- rig.Call(ctx, rig.Ring{Line: s.house.phone, CallID: call, From: "13805340012", Speaks: time.Minute, Dir: t.TempDir()})
	}()
	sound := s.spokenFor(ctx, 4*time.Second)
	spoken := time.Now()
	must(t, s.house.gateway.Process.Kill())
	<-s.house.ended
	cancel() // the caller's telephone is of no more use
	<-rang
	onDisk, err := os.ReadFile(sound)
	must(t, err)
	heard, _, err := blob.CheckAudio(openFile(t, sound), "audio/wav")
	must(t, err)
	length := heard.Duration(int64(len(onDisk)))
	if length < 3*time.Second {
		t.Errorf("%v of more than 4 s are on the disk", length)
	}
	must(t, s.house.open(t.Context(), s.gateway))
	var ended time.Duration
	state, partial := s.recorded(call, &ended)
	if state != "stored" || !partial || ended < 3*time.Second || ended > time.Since(spoken)+10*time.Second {
		t.Errorf("after the restart: %s, partial %v, %v long", state, partial, ended)
	}
	t.Logf("%v recorded when it was killed", length)
}

func openFile(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// spokenFor waits until a recording holds so much sound, and gives its file.
func (s *storm) spokenFor(ctx context.Context, d time.Duration) string {
	s.t.Helper()
	for ctx.Err() == nil {
		files, err := filepath.Glob(filepath.Join(s.house.dir, "gateway-calls", "*.wav"))
		must(s.t, err)
		if len(files) == 1 {
			info, err := os.Stat(files[0])
			if err == nil && info.Size() > int64(d.Seconds()*16000) {
				return files[0]
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
	s.t.Fatal("nothing was recorded")
	return ""
}

// recorded waits until the record of calls has the recording.
func (s *storm) recorded(call string, length *time.Duration) (state string, partial bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.house.admin)
	must(s.t, err)
	defer conn.Close(context.Background())
	for {
		err := conn.QueryRow(ctx, `select recording_state, partial, coalesce(ended - answered, interval '0') from call where id = $1`, call).Scan(&state, &partial, length)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			s.t.Fatal(err)
		}
		if state == "stored" || !pause(ctx, 50*time.Millisecond) {
			return state, partial
		}
	}
}
