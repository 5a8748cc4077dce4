package idcard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/idcard"
	"lianou/core/idcard/idcardtest"
)

func picture(t testing.TB, shot []byte) idcard.Picture {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	return idcard.NewPicture(img)
}

func reader(t testing.TB) *idcard.Tesseract {
	t.Helper()
	r, err := idcard.NewTesseract(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shots are the ways in which people take their cards.
var shots = []idcardtest.Photo{{}, {Degrees: 3}, {Degrees: -8}, {Blur: 2}, {Blur: 4}, {Dim: 0.5}, {Dim: 0.85}, {Far: true, Blur: 2}, {Far: true, Degrees: 4, Dim: 0.3}, {Degrees: -5, Blur: 3, Dim: 0.6}}

// cards is how many are read each time, a second of a processor each. Of twenty, one side
// after another, 16 of 16 numbers and names, 15 of 16 addresses and 4 of 4 dates were read.
const cards = 10

// Cards as they are photographed: turned, out of focus, in bad light, from afar. A number
// is offered for all but one, and never a wrong one. Controls: no straightening of the
// picture, of twenty "fronts:16 numbers:14 names:16 addresses:13 backs:4 dates:2"; a number
// taken without its check digit.
func TestReadsCards(t *testing.T) {
	t.Parallel()
	r, people := reader(t), idcardtest.People(cards)
	pen := idcardtest.NewPen(t)
	pictures := make([]idcard.Picture, len(people))
	for i, who := range people {
		card := pen.Front(who)
		if i%5 == 4 {
			card = pen.Back(who)
		}
		pictures[i] = picture(t, idcardtest.Shot(t, card, shots[i%len(shots)]))
	}
	type tally struct{ fronts, numbers, names, addresses, backs, dates, sides int }
	var got tally
	var mu sync.Mutex
	var all errgroup.Group
	all.SetLimit(2) // as many as read at once: who waits longer is told that the reader is away
	began := time.Now()
	for i, who := range people {
		all.Go(func() error {
			card, err := r.Read(t.Context(), pictures[i])
			if err != nil && !errors.Is(err, idcard.ErrUnread) {
				t.Errorf("%d: %v", i, err)
			}
			mu.Lock()
			defer mu.Unlock()
			is := func(n *int, fits bool) {
				if fits {
					*n++
				}
			}
			if i%5 == 4 {
				got.backs++
				is(&got.sides, card.Side == idcard.Back)
				is(&got.dates, card.Valid == strings.ReplaceAll(who.From+"-"+who.Until, ".", ""))
				return nil
			}
			got.fronts++
			is(&got.sides, card.Side == idcard.Front)
			is(&got.numbers, card.ID.Reveal() == who.ID)
			is(&got.names, card.Name == who.Name)
			is(&got.addresses, card.Address == strings.Join(who.Address, ""))
			if !card.ID.IsZero() && card.ID.Reveal() != who.ID {
				t.Errorf("%d, %+v: a wrong number is offered", i, shots[i%len(shots)])
			}
			if card.ID.IsZero() || card.Name != who.Name {
				t.Logf("%d, %+v: name %q of %q, number %v", i, shots[i%len(shots)], card.Name, who.Name, card.ID)
			}
			return nil
		})
	}
	_ = all.Wait() // gives no error
	t.Logf("%d fronts: number %d, name %d, address %d; %d backs: dates %d; side of %d of %d told; %v a card", got.fronts, got.numbers, got.names, got.addresses,
		got.backs, got.dates, got.sides, cards, time.Since(began)/time.Duration(cards))
	if got.numbers < got.fronts-1 || got.names < got.fronts-1 || got.dates < got.backs || got.sides < cards-1 {
		t.Errorf("too little is read: %+v", got)
	}
}

// However the telephone was held. Control: one way only in `ways`.
func TestReadsAnyWayUp(t *testing.T) {
	t.Parallel()
	r := reader(t)
	img, err := jpeg.Decode(bytes.NewReader(idcardtest.Shot(t, idcardtest.NewPen(t).Front(idcardtest.Zhang), idcardtest.Photo{})))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2} { // on its side, on its head
		card, err := r.Read(t.Context(), idcard.NewPicture(turn(img, n)))
		if err != nil || card.ID.Reveal() != idcardtest.Zhang.ID || card.Name != idcardtest.Zhang.Name {
			t.Errorf("turned by %d quarters: %v, %v", n, card, err)
		}
	}
}

// turn turns by quarters.
func turn(src image.Image, n int) image.Image {
	for range n {
		b := src.Bounds()
		dst := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				dst.Set(b.Dy()-1-y, x, src.At(x, y))
			}
		}
		src = dst
	}
	return src
}

// What is no card is no card: nothing is made up. Control: answering with the first
// reading whatever its side.
func TestNoCard(t *testing.T) {
	t.Parallel()
	white := image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(white, white.Bounds(), image.White, image.Point{}, draw.Src)
	for _, img := range []image.Image{white, image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray(image.Rect(0, 0, 3000, 1))} {
		if card, err := reader(t).Read(t.Context(), idcard.NewPicture(img)); !errors.Is(err, idcard.ErrUnread) || !card.Empty() {
			t.Errorf("%v: %v, %v", img.Bounds(), card, err)
		}
	}
}

// away and sure are readers for the order of several.
type fixed struct {
	card idcard.Card
	err  error
}

func (f fixed) Read(ctx context.Context, _ idcard.Picture) (idcard.Card, error) { return f.card, f.err }

func TestSeveral(t *testing.T) {
	t.Parallel()
	away := fixed{err: core.E(core.KindUnavailable, "away", "")}
	sure := fixed{card: idcard.Card{Side: idcard.Front, Name: "张桂兰"}}
	none := fixed{err: idcard.ErrUnread}
	for name, c := range map[string]struct {
		in   idcard.Several
		want string
		fail bool
	}{
		"nobody reads":     {nil, "", true},
		"the first":        {idcard.Several{sure, away}, "张桂兰", false},
		"the first away":   {idcard.Several{away, sure}, "张桂兰", false},
		"the first unsure": {idcard.Several{none, sure}, "张桂兰", false},
		"nobody":           {idcard.Several{away, none}, "", true},
	} {
		card, err := c.in.Read(t.Context(), idcard.Picture{})
		if card.Name != c.want || (err != nil) != c.fail {
			t.Errorf("%s: %v, %v", name, card, err)
		}
	}
}

// What is offered holds no number in the clear where it is printed.
func TestCardMasks(t *testing.T) {
	t.Parallel()
	id, err := core.ParseID(idcardtest.Zhang.ID, core.NewDate(2026, 11, 1))
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%+v %#v", idcard.Card{ID: id}, idcard.Card{ID: id}); strings.Contains(s, idcardtest.Zhang.ID) {
		t.Errorf("printed: %s", s)
	}
}
