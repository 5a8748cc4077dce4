package intake

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// Control: replace the walk by v % numbers, and two indices give one number.
func TestReceiptIsAPermutation(t *testing.T) {
	t.Parallel()
	p := permutation{testKey}
	seen := make(map[core.Receipt]int64, 200_000)
	for i := int64(0); i < 100_000; i++ {
		for _, index := range []int64{i, numbers - 1 - i} {
			r := p.receipt(index)
			if other, twice := seen[r]; twice {
				t.Fatalf("%d and %d are both %s", index, other, r)
			}
			seen[r] = index
		}
	}
}

func TestReceiptChecks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := permutation{testKey}.receipt(rapid.Int64Range(0, numbers-1).Draw(t, "index"))
		if got, err := ParseReceipt(Spoken(r)); err != nil || got != r {
			t.Fatalf("%s read back as %s, %v", r, got, err)
		}
		i := rapid.IntRange(0, 9).Draw(t, "place")
		d := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		wrong := []byte(r)
		wrong[i] = d
		if _, err := ParseReceipt(string(wrong)); (err == nil) != (d == r[i]) {
			t.Fatalf("%s for %s: %v", wrong, r, err)
		}
		if i < 9 {
			swapped := []byte(r)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			if _, err := ParseReceipt(string(swapped)); (err == nil) != (r[i] == r[i+1]) {
				t.Fatalf("swap of %s at %d: %v", r, i, err)
			}
		}
	})
}

func TestParseReceipt(t *testing.T) {
	t.Parallel()
	// 572 with check digit 4 is the example of Damm's thesis.
	if d := core.DammDigit("572"); d != '4' {
		t.Errorf("check digit of 572 is %c", d)
	}
	r := permutation{testKey}.receipt(7)
	for _, s := range []string{"", "12345", string(r) + "1", string(r[:9]) + "x", "４０７１８８２６３５"} {
		if _, err := ParseReceipt(s); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
	if got := Spoken("4071882635"); got != "4071 8826 35" {
		t.Errorf("spoken: %s", got)
	}
}

func FuzzParseReceipt(f *testing.F) {
	f.Add("4071 8826 35")
	f.Add("0000000000")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseReceipt(s); err == nil && (len(r) != 10 || core.DammDigit(string(r[:9])) != r[9]) {
			t.Fatalf("accepted %q as %s", s, r)
		}
	})
}

func testBlocks(t *testing.T, dir string, lease func(context.Context, []int) (int, []byte, error)) *blocks {
	t.Helper()
	b, err := openBlocks(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	b.lease = lease
	return b
}

// counting leases 0, 1, 2 ...
func counting() func(context.Context, []int) (int, []byte, error) {
	next := -1
	return func(context.Context, []int) (int, []byte, error) { next++; return next, testKey, nil }
}

func noDatabase(context.Context, []int) (int, []byte, error) {
	return 0, nil, core.E(core.KindUnavailable, "database_unavailable", "")
}

// Control: leave out the "open" line, and the restart repeats numbers.
func TestBlocksNeverRepeatAfterRestart(t *testing.T) {
	t.Parallel()
	dir, lease := t.TempDir(), counting()
	seen := map[core.Receipt]bool{}
	for round := range 3 {
		b := testBlocks(t, dir, lease)
		if err := b.refill(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range blockSize + 10 {
			n, err := b.take()
			if err != nil || seen[n] {
				t.Fatalf("round %d: %s again or %v", round, n, err)
			}
			seen[n] = true
		}
		if err := b.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBlocksTwoInHandWhileAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := testBlocks(t, dir, counting())
	if err := b.refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = b.close()
	b = testBlocks(t, dir, noDatabase)
	if err := b.refill(t.Context()); err != nil {
		t.Fatalf("refill with two in hand: %v", err)
	}
	for i := range inHand * blockSize {
		if _, err := b.take(); err != nil {
			t.Fatalf("number %d: %v", i, err)
		}
	}
	if _, err := b.take(); core.KindOf(err) != core.KindUnavailable {
		t.Fatalf("past the last block: %v", err)
	}
}

// A line cut short must not be read as a lease of a smaller block.
func TestBlocksTornLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := testBlocks(t, dir, counting())
	if err := b.refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = b.close()
	path := filepath.Join(dir, "receipt-blocks")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("lease 12"); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	b = testBlocks(t, dir, noDatabase)
	if len(b.spare) != 2 {
		t.Fatalf("spare after a torn line: %v", b.spare)
	}
}

func TestBlocksOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := testBlocks(t, dir, noDatabase)
	at, stop := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer stop()
	if _, err := openBlocks(at, dir); err == nil {
		t.Fatal("a second holder of the folder was let in")
	}
	// One that waits gets the folder when the first lets go.
	got := make(chan error, 1)
	go func() {
		second, err := openBlocks(t.Context(), dir)
		if err == nil {
			err = second.close()
		}
		got <- err
	}()
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatalf("the next holder: %v", err)
	}
}

// Numbers of another database are not ours to give.
func TestBlocksForgetAnotherDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := testBlocks(t, dir, counting())
	if err := b.refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.add(77, []byte("another key of thirty-two bytes!")); err != nil {
		t.Fatal(err)
	}
	if len(b.spare) != 1 || b.spare[0] != 77 {
		t.Fatalf("spare: %v", b.spare)
	}
}
