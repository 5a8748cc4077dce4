package intake

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"lianou/core"
)

const (
	blockSize  = 1000
	blockCount = numbers / blockSize
	inHand     = 2
)

// blocks hands out receipt numbers. Which blocks this process may use is leased in
// the database and written to a file that is fsynced before the first number of a
// block is spoken, so numbers can be given while the database is away and are
// never given twice. After a restart the rest of an opened block is burnt.
type blocks struct {
	lease func(ctx context.Context, known []int) (block int, key []byte, err error)

	leasing sync.Mutex    // one leases, the others find what it brought
	opened  chan struct{} // holds one: a block was opened, another should be leased

	mu     sync.Mutex
	file   *os.File
	key    []byte
	known  []int // every block this folder ever held
	spare  []int // leased and untouched
	next   int64
	end    int64
	broken error // the file could not be written: no number is safe any more
}

var errNoNumber = core.E(core.KindUnavailable, "no_receipt_number", "现在人多,请过一会儿再提交,您填的不会丢。")

// patience is how long a new process waits for the one before it to let go of the
// folder: after a kill of the program that started both, the old one is still
// finishing what it had accepted.
const patience = 20 * time.Second

// openBlocks reads the file of leases. Only one process may hold the folder; while
// another does, it waits until ctx ends.
func openBlocks(ctx context.Context, dir string) (*blocks, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of receipt blocks: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "receipt-blocks"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open receipt blocks: %w", err)
	}
	if err := lock(ctx, f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("receipt blocks in %s are held by another process: %w", dir, err)
	}
	b := &blocks{file: f, opened: make(chan struct{}, 1)}
	if err := b.load(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return b, syncDir(dir)
}

func lock(ctx context.Context, f *os.File) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

func (b *blocks) load() error {
	raw, err := io.ReadAll(b.file)
	if err != nil {
		return fmt.Errorf("read receipt blocks: %w", err)
	}
	// A line cut short by a crash was never answered for; left in place it could
	// grow into another block's number.
	whole := bytes.LastIndexByte(raw, '\n') + 1
	if whole != len(raw) {
		if err := b.file.Truncate(int64(whole)); err != nil {
			return fmt.Errorf("mend receipt blocks: %w", err)
		}
	}
	for line := range strings.Lines(string(raw[:whole])) {
		b.replay(strings.TrimSpace(line))
	}
	return nil
}

func (b *blocks) replay(line string) {
	verb, arg, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(arg)
	switch {
	case verb == "key":
		// Another key means another database: its blocks are not ours.
		b.key, _ = hex.DecodeString(arg)
		b.known, b.spare = nil, nil
	case err != nil || n < 0 || n >= blockCount:
	case verb == "lease":
		b.known, b.spare = append(b.known, n), append(b.spare, n)
	case verb == "open":
		b.spare = slices.DeleteFunc(b.spare, func(s int) bool { return s == n })
	}
}

// take gives the next number. KindUnavailable when no block is in hand.
func (b *blocks) take() (core.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return "", errNoNumber.Wrap(b.broken)
	}
	if b.next == b.end {
		if len(b.spare) == 0 {
			return "", errNoNumber
		}
		block := b.spare[0]
		// NOTE: fsynced before any number of the block leaves; a crash after this line
		// burns numbers, a crash before it gives none.
		if err := b.write(fmt.Sprintf("open %d\n", block)); err != nil {
			return "", errNoNumber.Wrap(err)
		}
		b.spare = b.spare[1:]
		b.next, b.end = int64(block)*blockSize, int64(block+1)*blockSize
		select {
		case b.opened <- struct{}{}:
		default:
		}
	}
	n := permutation{b.key}.receipt(b.next)
	b.next++
	return n, nil
}

// low reports whether a block should be leased.
func (b *blocks) low() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.spare) < inHand
}

// refill leases until two untouched blocks are in hand. Of many callers who found
// none, the first leases for all.
func (b *blocks) refill(ctx context.Context) error {
	b.leasing.Lock()
	defer b.leasing.Unlock()
	for b.low() {
		b.mu.Lock()
		known := slices.Clone(b.known)
		b.mu.Unlock()
		block, key, err := b.lease(ctx, known)
		if err != nil {
			return err
		}
		if err := b.add(block, key); err != nil {
			return err
		}
	}
	return nil
}

func (b *blocks) add(block int, key []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(key, b.key) {
		if err := b.write("key " + hex.EncodeToString(key) + "\n"); err != nil {
			return err
		}
		b.key, b.known, b.spare, b.next, b.end = key, nil, nil, 0, 0
	}
	if err := b.write(fmt.Sprintf("lease %d\n", block)); err != nil {
		return err
	}
	b.known, b.spare = append(b.known, block), append(b.spare, block)
	return nil
}

// write appends and fsyncs. After one failure nothing more is believed of the
// file: what fsync lost once it does not report again.
func (b *blocks) write(line string) error {
	if b.broken != nil {
		return b.broken
	}
	_, err := b.file.WriteString(line)
	if err = errors.Join(err, b.file.Sync()); err != nil {
		b.broken = fmt.Errorf("write receipt blocks: %w", err)
	}
	return b.broken
}

func (b *blocks) close() error { return b.file.Close() }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder to sync: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
