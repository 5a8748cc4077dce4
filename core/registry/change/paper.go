package change

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Paper is the paper of an authority that says a fact: two people and a sentence made anybody
// disabled. Its number carries an identity number (残疾人证), so that it is kept sealed.
type Paper struct {
	Number string    `json:"number"`
	On     core.Date `json:"on"` // the day that stands on it
	By     string    `json:"by"` // who wrote it here: the proposer, or the decider where they had none
}

// certified are facts that nobody sees at a door: an authority's paper says them.
var certified = map[string]bool{"hukou": true, "disability": true, "orphan": true, "lost_only_child": true, "veteran": true, "house_grade": true}

// Certified reports whether an authority's paper says a fact, by its key.
func Certified(path string) bool { return certified[path] }

// NeedsPaper reports whether a paper has to be named for a fact to become so: that there is no
// certificate, no paper says.
func (ch Change) NeedsPaper() bool {
	return certified[ch.Path] && !slices.Contains([]string{"null", "false", "{}"}, string(ch.Becomes))
}

// The errors of papers.
var (
	errPaper = core.Invalid("paper", "写上证件或者文书上的编号和日期。编号照着写全,核的人拿它去对。")
	// ErrPaper: nobody named the paper yet that says it.
	ErrPaper     = core.E(core.KindInvalid, "change_paper", "这一样要看证件才能改。先写上证件或者文书的编号和日期,再点改。")
	errCard      = core.Invalid("paper", "残疾人证号是 20 位:身份证号 18 位,类别 1 位,等级 1 位;补办过的后面还有 B 和数字。对着证再写一遍。")
	errCardWhose = core.Invalid("paper", "残疾人证号的前 18 位不是这个人的身份证号。看一下是不是拿错了证。")
	errCardSays  = core.Invalid("paper", "残疾人证号第 19 位是类别,第 20 位是等级,和选的不一样。看清证上写的再选。")
	errPaperDay  = core.Invalid("paper_on", "证件上的日期没写对:写发证或者出具的那天,不能晚于今天。")
)

const (
	minNumber = 4 // characters
	maxNumber = 40
)

// card is the number of a certificate of disability of the second generation: the identity
// number, the kind (视力 1 … 多重 7) and the grade; a card that was issued anew adds B and how
// often (残疾人证管理办法, 2017).
var card = regexp.MustCompile(`^([0-9]{17}[0-9X])([1-7])([1-4])(B[0-9]{1,2})?$`)

var kinds = []core.DisabilityKind{"visual", "hearing", "speech", "limb", "intellectual", "mental", "multiple"}

// plain is a number of a paper as it is kept: without blanks, its letters large.
func plain(number string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, number))
}

// checkPaper holds a paper to the form that is known of it. Errors: KindInvalid.
func (c *Changes) checkPaper(ctx context.Context, tx *pg.Tx, ch Change, p Paper) error {
	number := plain(p.Number)
	if !numbered(number) {
		return errPaper
	}
	if p.On <= 0 || p.On > tx.Today() {
		return errPaperDay
	}
	if ch.Path == "disability" {
		return c.checkCard(ctx, tx, ch, number)
	}
	return nil
}

// numbered reports whether a text may be the number of a paper: letters, figures and what stands
// between them, three figures that are not all the same at least.
func numbered(s string) bool {
	figures, first, other := 0, rune(0), false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			figures, other = figures+1, other || figures > 0 && r != first
			if figures == 1 {
				first = r
			}
		case !unicode.IsLetter(r) && !strings.ContainsRune("-_/.()\uff08\uff09〔〕[]【】", r):
			return false
		}
	}
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= minNumber && n <= maxNumber && figures >= 3 && other
}

// checkCard holds the number of a certificate of disability to whom it is about and what is
// claimed. Who has no number in the register is held to the form alone.
func (c *Changes) checkCard(ctx context.Context, tx *pg.Tx, ch Change, number string) error {
	part := card.FindStringSubmatch(number)
	if part == nil {
		return errCard
	}
	id, err := core.ParseID(part[1], tx.Today())
	if err != nil {
		return errCard
	}
	own, err := c.d.Registry.BlindOf(ctx, tx, ch.Person)
	if err != nil {
		return err
	}
	if own != nil && !bytes.Equal(own, c.d.Registry.NumberBlind(id)) {
		return errCardWhose
	}
	var says core.Disability
	if err := json.Unmarshal(ch.Becomes, &says); err != nil {
		return core.Invalid("becomes", "请填写修改后的内容。")
	}
	if kinds[part[2][0]-'1'] != says.Kind || part[3] != strconv.Itoa(says.Grade) {
		return errCardSays
	}
	return nil
}

// Vouch names the paper of a request that lacks one: what two visitors saw and what a citizen
// disputes is written down without, and whoever decides has looked at it. why.Actor is neither
// who asked nor who was there. Errors: KindInvalid, ErrUnknown, ErrSettled, ErrTwoPeople.
func (c *Changes) Vouch(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, p Paper) error {
	r, err := c.Get(ctx, tx, why, id)
	switch {
	case err != nil:
		return err
	case r.State != Open || r.Paper != nil:
		return ErrSettled
	case r.Proposer == actor(why) || r.Seconder != 0 && "staff:"+strconv.FormatInt(int64(r.Seconder), 10) == actor(why):
		return ErrTwoPeople
	}
	if err := c.checkPaper(ctx, tx, r.Change, p); err != nil {
		return err
	}
	sealed, err := c.sealPaper(id, why, p)
	if err != nil {
		return err
	}
	var region core.RegionCode
	err = tx.QueryRow(ctx, `update change_request set paper = $2 where id = $1 and state = 'open' and paper is null returning region`, id, sealed).Scan(&region)
	if errors.Is(err, pgx.ErrNoRows) { // another one named theirs meanwhile
		return ErrSettled
	}
	if err != nil {
		return refusal(err, "name the paper of a change")
	}
	return c.trace(ctx, tx, why, "change.vouched", r, region)
}

func (c *Changes) sealPaper(id ID, why registry.Purpose, p Paper) ([]byte, error) {
	raw, err := json.Marshal(Paper{Number: plain(p.Number), On: p.On, By: actor(why)})
	if err != nil {
		return nil, core.E(core.KindInternal, "change_paper_unreadable", "")
	}
	return c.d.Ring.Seal(raw, place(id, "paper"))
}

func (c *Changes) openPaper(r *Request, sealed []byte) error {
	if sealed == nil {
		return nil
	}
	raw, err := c.d.Ring.Open(sealed, place(r.ID, "paper"))
	if err != nil {
		return err
	}
	r.Paper = new(Paper)
	return json.Unmarshal(raw, r.Paper)
}
