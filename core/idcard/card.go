package idcard

import (
	"context"
	"errors"

	"lianou/core"
)

// Side is a side of a card, "" where it could not be told.
type Side string

// The sides.
const (
	Front Side = "front" // 人像面: name, number, address
	Back  Side = "back"  // 国徽面: until when it is good
)

// Card is what was read. What could not be read is empty.
type Card struct {
	Side    Side
	Name    string
	ID      core.IDNumber // its check digit fits
	Address string
	Valid   string // "20180105-20380105" or "20180105-长期"
}

// Empty reports whether nothing was read that a person could be offered.
func (c Card) Empty() bool {
	return c.Name == "" && c.ID.IsZero() && c.Address == "" && c.Valid == ""
}

// Until is the last day on which the card is good, zero where it is not known or has no
// end.
func (c Card) Until() core.Date {
	if len(c.Valid) != 17 {
		return 0
	}
	day, err := core.ParseDate(c.Valid[9:13] + "-" + c.Valid[13:15] + "-" + c.Valid[15:])
	if err != nil {
		return 0
	}
	return day
}

// A Reader reads one side of a card. ErrUnread where it finds no card in the picture;
// any other error is that it is away.
type Reader interface {
	Read(ctx context.Context, p Picture) (Card, error)
}

// ErrUnread is a picture in which no card was found: the person takes another, or types.
var ErrUnread = core.E(core.KindInvalid, "card_unread", "照片上的字没读出来。可以再拍一张,也可以直接打字填。")

// Several asks readers in their order, the next where one is away or finds nothing.
type Several []Reader

// Read gives what the first of them reads.
func (s Several) Read(ctx context.Context, p Picture) (Card, error) {
	var faults []error
	for _, r := range s {
		card, err := r.Read(ctx, p)
		if err == nil {
			return card, nil
		}
		faults = append(faults, err)
	}
	if len(faults) == 0 {
		return Card{}, ErrUnread // nobody reads: by hand
	}
	return Card{}, errors.Join(faults...)
}

var _ Reader = Several(nil)
