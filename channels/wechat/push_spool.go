package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/seal"
)

// pushSpool keeps pushes on this machine's disk, sealed to the gateway itself, while the
// database is away: WeChat repeats what was not answered three times within 15 seconds
// and then forgets it. A file is believed only after it and its folder are fsynced, and
// removed only after its row is committed. What waits here keeps its order: while there is
// any, what comes goes behind it.
type pushSpool struct {
	dir  string
	ring *seal.Ring
	log  *slog.Logger
	now  func() time.Time // the real clock

	turn sync.Mutex // one drains at a time

	mu      sync.Mutex
	seq     int
	waiting map[string]string // file by the digest of its message's key
}

const (
	pushSuffix = ".push"
	badPush    = ".unreadable"
	// mostPushes bounds the spool: a city's chats of some hours.
	mostPushes = 20_000
)

var errPushesFull = core.E(core.KindUnavailable, "wechat_spool_full", "")

func openPushSpool(dir string, env channels.Env) (*pushSpool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of pushes: %w", err)
	}
	s := &pushSpool{dir: dir, ring: env.Ring, log: env.Log, now: env.Now, waiting: map[string]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the folder of pushes: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if digest, ok := digestOf(name); ok {
			s.waiting[digest] = name
		} else if strings.HasSuffix(name, ".part") { // never answered for
			err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
		}
	}
	return s, err
}

// A file's name is when it came, its turn, and the digest of its message's key.
func digestOf(name string) (string, bool) {
	base, ok := strings.CutSuffix(name, pushSuffix)
	i := strings.LastIndexByte(base, '-')
	return base[i+1:], ok && i > 0
}

// tookAt is when the push of a file was taken in: the 48 hours in which WeChat delivers an
// answer run from there, however long the database was away. Zero for a name that says none.
func tookAt(name string) time.Time {
	stamp, _, _ := strings.Cut(name, "-")
	ns, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || ns <= 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

// busy reports that something waits.
func (s *pushSpool) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) > 0
}

// keep writes a push down; one that waits already is a success.
func (s *pushSpool) keep(m message) error {
	sum := sha256.Sum256([]byte(m.key()))
	digest := hex.EncodeToString(sum[:])
	raw, err := json.Marshal(m)
	if err != nil {
		return core.E(core.KindInternal, "wechat_spool_codec", "")
	}
	sealed, err := s.ring.Seal(raw, spoolAt(digest))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, waits := s.waiting[digest]; waits {
		return nil
	}
	if len(s.waiting) >= mostPushes {
		return errPushesFull
	}
	s.seq++
	name := fmt.Sprintf("%020d-%06d-%s%s", s.now().UnixNano(), s.seq, digest, pushSuffix)
	if err := writeWhole(filepath.Join(s.dir, name), sealed); err != nil {
		return errPushesFull.Wrap(err)
	}
	s.waiting[digest] = name
	return nil
}

func spoolAt(digest string) seal.At { return seal.At{Table: "push", Row: digest, Column: "message"} }

// writeWhole writes a file that is there after a crash, or not at all.
func writeWhole(path string, raw []byte) (err error) {
	temp := path + ".part"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write a push down: %w", err)
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		_ = os.Remove(temp)
		_ = os.Remove(path) // nobody was told that it is safe
		return fmt.Errorf("write a push down: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// drain takes what waits in, oldest first, and stops at the first that cannot be taken
// now. What cannot be read, or never will be taken, is put aside for a person.
func (s *pushSpool) drain(ctx context.Context, take func(context.Context, message) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.mu.Lock()
	names := make([]string, 0, len(s.waiting))
	for _, name := range s.waiting {
		names = append(names, name)
	}
	s.mu.Unlock()
	slices.Sort(names)
	for _, name := range names {
		m, err := s.read(name)
		if err == nil {
			err = take(ctx, m)
		}
		switch kind := core.KindOf(err); {
		case err == nil:
			err = s.forget(name, "")
		case kind != core.KindInvalid && kind != core.KindTooLarge, ctx.Err() != nil:
			return err
		default:
			s.log.ErrorContext(ctx, "a push is put aside for a person to look at", "file", name, "error", err)
			err = s.forget(name, badPush)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *pushSpool) read(name string) (m message, err error) {
	digest, _ := digestOf(name)
	sealed, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return m, errPushesFull.Wrap(err) // the disk may give it out later
	}
	raw, err := s.ring.Open(sealed, spoolAt(digest))
	if err != nil {
		return m, core.E(core.KindInvalid, "wechat_spool_file", "").Wrap(err)
	}
	if json.Unmarshal(raw, &m) != nil {
		return m, core.E(core.KindInvalid, "wechat_spool_file", "")
	}
	m.took = tookAt(name)
	return m, nil
}

// forget removes a file whose row is committed, or puts it aside.
func (s *pushSpool) forget(name, aside string) error {
	path := filepath.Join(s.dir, name)
	var err error
	if aside == "" {
		err = os.Remove(path)
	} else {
		err = os.Rename(path, path+aside)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = syncFolder(s.dir)
	}
	if err != nil {
		return fmt.Errorf("remove a push: %w", err)
	}
	digest, _ := digestOf(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, digest)
	return nil
}
