package recheck

import (
	"errors"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/staff"
)

// State is how far a round is.
type State string

// The states of a round, in their order.
const (
	Committed State = "committed" // the seed is committed to; nobody knows the list
	Listed    State = "listed"    // the list is frozen; nobody knows the seed
	Drawn     State = "drawn"
)

// Round is one draw of one county and period.
type Round struct {
	Frame
	State    State
	Opener   core.StaffID
	Opened   time.Time
	SeedHash Hash // SHA-256 of the seed
	After    int  // entries
	Subject  string
	Lister   core.StaffID // and what follows: 0 until it is listed
	Listed   time.Time
	Cases    int   // on the list
	HeadSize int64 // the log's head that is mixed in: entries under it
	HeadRoot Hash
	Digest   Hash         // of the list
	Drawer   core.StaffID // and what follows: 0 until it is drawn
	DrawnAt  time.Time
	Seed     Hash
	Visits   int // drawn
}

// Errors of rounds and of what is found.
var (
	ErrNone     = core.E(core.KindNotFound, "recheck_none", "没有这一次抽查。")
	ErrNotYours = core.E(core.KindForbidden, "recheck_not_yours", "这个县的抽查不归您管。")
	ErrDays     = core.E(core.KindInvalid, "recheck_days", "起止日期不对:最早到四百天前,最晚到一百天后,一次不超过一年。")
	ErrOnce     = core.E(core.KindConflict, "recheck_once", "这段日子已经有一次抽查了。同一天的决定只抽一次,请换个起止日期。")
	ErrEarly    = core.E(core.KindConflict, "recheck_early", "这段日子还没过完,过完才能定名单。")
	ErrHead     = core.E(core.KindUnavailable, "recheck_head", "日志还没往后长够,过几分钟再点。")
	ErrState    = core.E(core.KindConflict, "recheck_state", "这一步做过了,请刷新再看。")
	ErrWhole    = core.E(core.KindConflict, "recheck_whole", "名单和这段日子的决定对不上,没有定。请打管理员电话。")
	ErrFinal    = core.E(core.KindConflict, "recheck_final", "抽查定下来的不能改。")
	ErrPair     = core.E(core.KindConflict, "recheck_another_pair", "要换两个人去:去过这家、经手过这件事的人不能去抽查。")
	ErrKinGoes  = core.E(core.KindForbidden, "recheck_kin_goes", "这两个人里有人不能去这家,请换人。")
	ErrTwo      = core.E(core.KindInvalid, "recheck_two_visitors", "要两个不同的人一起去,请再选一位。")
	ErrWent     = core.E(core.KindForbidden, "recheck_went", "只有派去的两个人能写,到了约好的那天才能写。")
	ErrWords    = core.E(core.KindInvalid, "recheck_words", "请写清楚看到了什么,至少一句话。")
	ErrSecond   = core.E(core.KindConflict, "recheck_second", "要一起去的另一个人来确认。")
	ErrWaits    = core.E(core.KindConflict, "recheck_waits", "这家已经写了结果,请刷新再看。")
)

// Deps is what New needs; all are required.
type Deps struct {
	DB      *pg.DB // of lianou_platform
	Cases   *casefile.Store
	Staff   *staff.Staff
	Audit   *audit.Log
	Ring    *seal.Ring // seals seeds, and words about households
	Regions *registry.Regions
}

// Recheck keeps rounds. It is safe for concurrent use.
type Recheck struct{ d Deps }

// New checks what it is given.
func New(d Deps) (*Recheck, error) {
	if d.DB == nil || d.Cases == nil || d.Staff == nil || d.Audit == nil || d.Ring == nil || d.Regions == nil {
		return nil, core.E(core.KindInternal, "recheck_config", "").Wrap(errors.New("recheck.Deps needs all of its fields"))
	}
	return &Recheck{d}, nil
}

// mine refuses who does not see every township of a county: the list is of all of it.
func (k *Recheck) mine(who staff.Person, county core.RegionCode) error {
	towns := k.d.Regions.Expand(county)
	if len(county) != 6 || len(towns) == 0 {
		return ErrNotYours
	}
	for _, t := range towns {
		if !who.Covers(t) {
			return ErrNotYours
		}
	}
	return nil
}

func actor(who staff.Person) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(who.ID), 10)}
}

// refused turns what the tables forbid into its sentence.
func refused(err error) error {
	of := map[string]*core.Error{"recheck_days": ErrDays, "recheck_once": ErrOnce, "recheck_early": ErrEarly, "recheck_head": ErrHead, "recheck_order": ErrState, "recheck_whole": ErrWhole,
		"recheck_seed": ErrFinal, "recheck_drawn": ErrFinal, "recheck_final": ErrFinal, "recheck_share": ErrFinal, "recheck_another_pair": ErrPair, "recheck_kin_goes": ErrKinGoes, "recheck_two_visitors": ErrTwo,
		"recheck_went": ErrWent, "recheck_word_two": ErrSecond, "recheck_one_word": ErrWaits}
	if known := of[pg.Constraint(err)]; known != nil {
		return known.Wrap(err)
	}
	return err
}
