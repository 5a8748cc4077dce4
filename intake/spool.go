package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lianou/core"
)

// spool keeps sealed submissions on this machine's disk while the database is
// away. What lies here was answered with 202 and a number, so a file is believed
// only after it and its folder are fsynced, and removed only after its rows are
// committed.
type spool struct {
	dir  string
	most int64 // bytes
	log  *slog.Logger

	down    atomic.Bool
	waiting atomic.Int64 // files

	mu     sync.Mutex
	bytes  int64
	seq    int
	unread map[string]bool // files that the disk did not give out, said once
}

const (
	spoolSuffix = ".sealed"
	badSuffix   = ".unreadable"
)

var errSpoolFull = core.E(core.KindUnavailable, "spool_full", "我们现在收不下,请过一会儿再提交,也可以打 12345。")

func openSpool(dir string, most int64, log *slog.Logger) (*spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool folder: %w", err)
	}
	s := &spool{dir: dir, most: most, log: log, unread: map[string]bool{}}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("look at the spool: %w", err)
		}
		s.bytes += info.Size()
	}
	s.waiting.Store(int64(len(files)))
	// A write that a crash cut short was never answered for.
	parts, err := filepath.Glob(filepath.Join(dir, "*.part"))
	for _, part := range parts {
		err = errors.Join(err, os.Remove(part))
	}
	if err != nil {
		return nil, fmt.Errorf("clear the spool of unfinished files: %w", err)
	}
	return s, nil
}

// away reports whether submissions go to the spool.
func (s *spool) away() bool { return s.down.Load() }

// leave and back move between database and spool.
func (s *spool) leave() { s.down.Store(true) }
func (s *spool) back()  { s.down.Store(false) }

// files lists what is waiting, oldest first.
func (s *spool) files() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list the spool: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), spoolSuffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// keep writes rows as one file: written, fsynced, renamed, folder fsynced.
func (s *spool) keep(rows []*row) (err error) {
	raw, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encode for the spool: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes+int64(len(raw)) > s.most {
		return errSpoolFull
	}
	s.seq++
	name := fmt.Sprintf("%020d-%06d%s", time.Now().UnixNano(), s.seq, spoolSuffix)
	if err := writeDurably(filepath.Join(s.dir, name), raw); err != nil {
		return errSpoolFull.Wrap(err)
	}
	s.bytes += int64(len(raw))
	s.waiting.Add(1)
	return nil
}

func writeDurably(path string, raw []byte) (err error) {
	temp := path + ".part"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write to the spool: %w", err)
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		// Nobody is told that this is safe, so nothing of it may come back later.
		_ = os.Remove(temp)
		_ = os.Remove(path)
		return fmt.Errorf("write to the spool: %w", err)
	}
	return nil
}

// stuck says once that a file waits because the disk does not give it out.
func (s *spool) stuck(name string, err error) {
	s.mu.Lock()
	said := s.unread[name]
	s.unread[name] = true
	s.mu.Unlock()
	if !said {
		s.log.Error("a spool file cannot be read and is tried again", "file", name, "error", err)
	}
}

// read gives the rows of one file; what does not parse is set aside under another
// name for a person, and the rest goes on.
func (s *spool) read(name string) ([]*row, error) {
	path := filepath.Join(s.dir, name)
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read from the spool: %w", err)
	}
	var rows []*row
	if err := json.Unmarshal(raw, &rows); err != nil || len(rows) == 0 {
		s.setAside(name, "does not parse")
		return nil, nil
	}
	return rows, nil
}

func (s *spool) setAside(name, why string) {
	s.log.Error("a spool file is set aside for a person to look at", "file", name, "reason", why)
	path := filepath.Join(s.dir, name)
	if err := os.Rename(path, path+badSuffix); err == nil {
		s.waiting.Add(-1)
	}
}

// done removes a file whose rows are committed.
func (s *spool) done(name string) error {
	path := filepath.Join(s.dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return fmt.Errorf("remove from the spool: %w", err)
	}
	s.mu.Lock()
	s.bytes -= info.Size()
	s.mu.Unlock()
	s.waiting.Add(-1)
	return nil
}

// shelve spools rows and answers each with its number; whose hand has sent too many
// hears the same as from the database.
func (in *Intake) shelve(rows []*row) []outcome {
	out := make([]outcome, len(rows))
	var kept []*row
	for i, r := range rows {
		if say := in.tally.take(r); say != nil {
			out[i].err = say
			continue
		}
		kept = append(kept, r)
		out[i].receipt = Receipt{Number: r.Receipt, Application: r.ID, Region: r.Region, At: r.At, Spooled: true}
	}
	if len(kept) == 0 {
		return out
	}
	err := in.spool.keep(kept)
	for i, r := range rows {
		switch {
		case out[i].err != nil:
		case err != nil:
			in.tally.giveBack(r)
			out[i] = outcome{err: err}
		default:
			in.metrics.spooled.Inc()
		}
	}
	return out
}

const drainEvery = 300 * time.Millisecond

// keepHouse leases receipt blocks ahead of need and drains the spool when the
// database is back, until ctx ends.
func (in *Intake) keepHouse(ctx context.Context) {
	defer in.working.Done()
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.blocks.opened:
		case <-tick.C:
		}
		if in.spool.away() || in.spool.waiting.Load() > 0 {
			if err := in.drain(ctx); err != nil {
				in.log.DebugContext(ctx, "spool not drained yet", "error", err)
				continue
			}
		}
		if in.blocks.low() {
			if err := in.blocks.refill(ctx); err != nil {
				in.log.WarnContext(ctx, "no receipt blocks leased", "error", err)
			}
		}
	}
}

// drain commits what waits in the spool, oldest first, and reopens the way to the
// database once it answers. Files that arrive meanwhile are taken on the next turn;
// one that the disk does not give out keeps nobody else waiting.
func (in *Intake) drain(ctx context.Context) error {
	if err := in.clock.look(ctx); err != nil {
		return err
	}
	names, err := in.spool.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		rows, err := in.spool.read(name)
		if err != nil {
			in.spool.stuck(name, err)
		}
		if rows == nil {
			continue
		}
		if err := in.drainRows(ctx, name, rows); err != nil {
			return err
		}
	}
	in.spool.back()
	return nil
}

func (in *Intake) drainRows(ctx context.Context, name string, rows []*row) error {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	for _, part := range distinct(rows) {
		_, err := in.commit(ctx, part, true)
		if away(err) {
			return err
		}
		if err == nil {
			continue
		}
		err = in.drainEach(ctx, part)
		if away(err) {
			return err
		}
		if err != nil {
			in.spool.setAside(name, core.Known(err).Code)
			return nil
		}
	}
	return in.spool.done(name)
}

// drainEach commits rows one by one after one of them took the others down. What
// is committed stays; committing it again from a file set aside finds itself. With
// the database away again nothing is known of the rest: KindUnavailable, and the
// file stays.
func (in *Intake) drainEach(ctx context.Context, rows []*row) error {
	var bad error
	for _, r := range rows {
		_, err := in.commit(ctx, []*row{r}, true)
		if numberTaken(err) {
			err = in.renumber(ctx, r)
		}
		if away(err) {
			return err
		}
		if err != nil {
			bad = err
		}
	}
	return bad
}

// renumber commits a row whose number is somebody else's, which a restored database
// may have forgotten: the request is worth more than the number that was said. The
// old one stands in the audit entry, and whoever says it is found by name.
func (in *Intake) renumber(ctx context.Context, r *row) error {
	fresh, err := in.blocks.take()
	if err != nil && in.blocks.refill(ctx) == nil {
		fresh, err = in.blocks.take()
	}
	if err != nil {
		return err
	}
	in.log.ErrorContext(ctx, "a number out of the spool is somebody else's, the application gets another", "application", r.ID)
	again := *r
	again.Promised, again.Receipt = r.Receipt, fresh
	_, err = in.commit(ctx, []*row{&again}, true)
	return err
}

// distinct splits rows so that no part holds one key twice, in order.
func distinct(rows []*row) [][]*row {
	var parts [][]*row
	for len(rows) > 0 {
		seen := map[string]bool{}
		var part, rest []*row
		for _, r := range rows {
			name := string(r.Channel) + "\x00" + r.Key
			if seen[name] {
				rest = append(rest, r)
				continue
			}
			seen[name] = true
			part = append(part, r)
		}
		parts, rows = append(parts, part), rest
	}
	return parts
}
