package sampled

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/staff"
)

// Errors of rounds, calls and matters.
var (
	ErrNone   = core.E(core.KindNotFound, "sampled_none", "没有这一条。")
	ErrBarred = core.E(core.KindForbidden, "sampled_barred", "这笔钱、这张卡您经手过,这一家归您跟,或者是亲属家的。要别人来问、别人来查。")
	ErrTaken  = core.E(core.KindConflict, "sampled_taken", "这一家有同事正在问,请换一家。")
	ErrNotMe  = core.E(core.KindConflict, "sampled_taker", "这一家不在您手里了,请回到名单再打开。")
	ErrOver   = core.E(core.KindConflict, "sampled_over", "这一条已经写好了,不能改。请刷新再看。")
	ErrSlot   = core.E(core.KindConflict, "sampled_slot", "这个时段打过了,没找到人。请换个时段再打。")
	ErrWords  = core.E(core.KindInvalid, "sampled_words", "请写一句:他是怎么说的;没找到人,写去了哪里、问了谁。")
	ErrFound  = core.E(core.KindInvalid, "sampled_found", "请写清楚查到了什么、怎么办的,至少一句话。")
	ErrMended = core.E(core.KindConflict, "sampled_mended", "还没有看到这笔钱的改动。请先照原来的办法办:退回的改卡重发,数不对的改金额,都要两个人。办好再来写。")
	ErrSecond = core.E(core.KindForbidden, "sampled_second", "您写的,要另一个人来确认。")
	ErrMoved  = core.E(core.KindConflict, "sampled_moved", "同事刚改过,请刷新再看。")
)

// Calendar counts working days.
type Calendar interface {
	Add(d core.Date, n int) core.Date // the n-th working day after d
}

// Deps is what New needs; all are required.
type Deps struct {
	DB       *pg.DB // of lianou_platform
	Cases    *casefile.Store
	Staff    *staff.Staff
	Audit    *audit.Log
	Ring     *seal.Ring // seals seeds, and words about households
	Regions  *registry.Regions
	Calendar func() Calendar
}

// Sampled keeps rounds, calls and matters. It is safe for concurrent use.
type Sampled struct{ d Deps }

// New checks what it is given.
func New(d Deps) (*Sampled, error) {
	if d.DB == nil || d.Cases == nil || d.Staff == nil || d.Audit == nil || d.Ring == nil || d.Regions == nil || d.Calendar == nil {
		return nil, core.E(core.KindInternal, "sampled_config", "").Wrap(errors.New("sampled.Deps needs all of its fields"))
	}
	return &Sampled{d}, nil
}

const purpose = "sampled"

func actor(who staff.Person) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(who.ID), 10)}
}

// refused turns what the tables forbid into its sentence.
func refused(err error) error {
	of := map[string]*core.Error{"sampled_barred": ErrBarred, "sampled_taker": ErrNotMe, "sampled_final": ErrOver, "sampled_try_pkey": ErrSlot,
		"sampled_mended": ErrMended, "sampled_two": ErrSecond, "sampled_order": ErrMoved}
	if known := of[pg.Constraint(err)]; known != nil {
		return known.Wrap(err)
	}
	return err
}

// said bounds and cleans the words of a person; want is said of none.
func said(words string, want *core.Error) (string, error) {
	words = strings.TrimSpace(words)
	if utf8.RuneCountInString(words) > 1000 || !core.Told(words, 2) || strings.ContainsRune(words, 0) {
		return "", want
	}
	return words, nil
}

func wordsAt(table, row string) seal.At { return seal.At{Table: table, Row: row, Column: "words"} }
