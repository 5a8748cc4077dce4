package idcard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"lianou/core"
)

// Limits of one run of tesseract.
const (
	readWithin  = 15 * time.Second // of one picture, all runs and the wait for a turn
	mostMemory  = 1 << 20          // KiB of addresses; a run with chi_sim needs some 250 MB
	mostCPU     = 12               // seconds
	mostText    = 64 << 10         // bytes that are taken of what it says
	readsAtOnce = 2
)

// Tesseract reads cards with the tesseract program of this machine, which sends nothing
// anywhere. It gets a grey picture of our own making on its standard input and writes no
// file. Safe for concurrent use.
type Tesseract struct {
	path  string
	now   func() time.Time
	turns chan struct{}
	cut   bool // its processes have no network
}

// NewTesseract looks for the program and its Chinese data. The error says what is
// missing.
func NewTesseract(now func() time.Time) (*Tesseract, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, errors.New("tesseract is not installed (Debian: tesseract-ocr tesseract-ocr-chi-sim)")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--list-langs").Output()
	if err != nil {
		return nil, fmt.Errorf("ask tesseract for its languages: %w", err)
	}
	langs := strings.Fields(string(out))
	for _, need := range []string{"chi_sim", "eng"} {
		if !slices.Contains(langs, need) {
			return nil, fmt.Errorf("tesseract lacks its data for %s (Debian: tesseract-ocr-chi-sim)", need)
		}
	}
	return &Tesseract{path: path, now: now, turns: make(chan struct{}, readsAtOnce), cut: canCut()}, nil
}

// Read reads one side. A card that lies on its side or its head is tried so too.
func (t *Tesseract) Read(ctx context.Context, p Picture) (Card, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	select {
	case t.turns <- struct{}{}:
		defer func() { <-t.turns }()
	case <-ctx.Done():
		return Card{}, errAway.Wrap(ctx.Err())
	}
	upright, plain := p.gray()
	if !plain {
		return Card{}, ErrUnread
	}
	for _, quarters := range ways(upright.Bounds()) {
		g := straight(quarter(upright, quarters))
		lines, err := t.run(ctx, g, "-l", "chi_sim", "--psm", "6")
		if err != nil {
			return Card{}, err
		}
		if card := understand(lines, core.DateOf(t.now())); card.Side != "" && !card.Empty() {
			return t.sure(ctx, g, lines, card)
		}
	}
	return Card{}, ErrUnread
}

var errAway = core.E(core.KindUnavailable, "card_reader_away", "")

// ways are the quarters that a picture is turned by until something is read: a card is
// wider than high.
func ways(b image.Rectangle) []int {
	if b.Dy() > b.Dx() {
		return []int{0, 1, 3}
	}
	return []int{0, 2}
}

// sure reads the number of a front once more, among digits alone, where the words left it
// open. What it costs is spent on cards only.
func (t *Tesseract) sure(ctx context.Context, g *image.Gray, lines []string, card Card) (Card, error) {
	if !card.ID.IsZero() || card.Side == Back {
		return card, nil
	}
	digits, err := t.run(ctx, g, "-l", "eng", "--psm", "11", "-c", "tessedit_char_whitelist=0123456789X")
	if err != nil {
		return card, nil // the name is worth having
	}
	today := core.DateOf(t.now())
	if id := number(digits, today); !id.IsZero() {
		card = understand(append(lines, id.Reveal()), today) // an address ends where the number begins
		card.ID = id
	}
	return card, nil
}

// run lets tesseract read one picture. The picture goes in as plain greys (PGM): of its
// many parsers of picture files only that one meets what came from outside.
func (t *Tesseract) run(ctx context.Context, g *image.Gray, how ...string) ([]string, error) {
	// The limits are the shell's, which the program then replaces: no file, no core, and
	// where the system has them, memory and time. exec keeps the process the same.
	const limits = `ulimit -c 0; ulimit -f 0; ulimit -t "$1"; ulimit -v "$2" 2>/dev/null; shift 2; exec "$@"`
	args := append([]string{"-c", limits, "sh", fmt.Sprint(mostCPU), fmt.Sprint(mostMemory), t.path, "stdin", "stdout"}, how...)
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	cmd.Dir = "/"
	cmd.Stdin = io.MultiReader(strings.NewReader(fmt.Sprintf("P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())), bytes.NewReader(g.Pix))
	cmd.WaitDelay = time.Second
	alone(cmd, t.cut)
	var out bounded
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return nil, errAway.Wrap(fmt.Errorf("tesseract: %w", err)) // its own words may quote what it read
	}
	return strings.Split(out.kept.String(), "\n"), nil
}

// bounded keeps the beginning of what is written to it. It embeds no buffer: the buffer's
// ReadFrom would be found, which knows no bound.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := mostText - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

// quarter turns a picture clockwise by quarters.
func quarter(g *image.Gray, n int) *image.Gray {
	if n == 0 {
		return g
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if n%2 == 1 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewGray(size)
	for y := range h {
		for x := range w {
			to := [4]image.Point{1: {h - 1 - y, x}, 2: {w - 1 - x, h - 1 - y}, 3: {y, w - 1 - x}}[n]
			out.Pix[out.PixOffset(to.X, to.Y)] = g.Pix[g.PixOffset(x, y)]
		}
	}
	return out
}

var _ Reader = (*Tesseract)(nil)
