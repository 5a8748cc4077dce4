package quota

import (
	"time"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/wording"
)

// Tie names how equal indexes are ordered: as insight.Place does, and of equal places the
// lower number of the household. It is stored with every list.
const Tie = "place-1"

// parts is how many parts the index has.
const parts = 7

// A Thing is something scarce that rounds are held for.
type Thing struct {
	Item core.ItemCode
	Word string // as people say it
	Unit string // what is counted: 套, 户, 个
	Sole bool   // the item is nothing else: who was given it has one
}

// Things lists what is shared out by rounds, in the order in which a form offers it.
func Things() []Thing {
	return []Thing{{"ZJ-01", "公租房", "套", true}, {"ZJ-03", "危房改造", "户", true}, {"RS-01", "公益性岗位", "个", false}}
}

// ThingOf finds one by its item.
func ThingOf(code core.ItemCode) (Thing, bool) {
	for _, t := range Things() {
		if t.Item == code {
			return t, true
		}
	}
	return Thing{}, false
}

// State is where a round stands.
type State string

// The states of a round. Frozen and Withdrawn are final.
const (
	Open      State = "open"
	Frozen    State = "frozen"
	Withdrawn State = "withdrawn"
)

// A Round is one batch of places.
type Round struct {
	ID     int64
	Item   core.ItemCode
	Area   core.RegionCode // the city, a county or a township
	Places int
	Cutoff time.Time // the list is drawn then
	Why    string
	Opener core.StaffID
	Opened time.Time
	State  State
	Ended  time.Time // zero while it is open
	Ender  core.StaffID
	Leaver core.StaffID // who asked that a drawn list be withdrawn; 0 for nobody

	// Of a list that was drawn.
	Drawn   time.Time // zero: not yet
	Book    string    // digest of the Book it was judged by
	Formula string    // version of the index and its weights
	Tie     string
	Listed  int
	Digest  string // of the list and what it was made by
}

// punctual is how long after its cut-off a list may be drawn and still be called that of its
// cut-off: the job looks twice a minute, and the list of the city takes some.
const punctual = 10 * time.Minute

// Late reports whether a list was drawn so long after its cut-off that its facts are of
// another moment, which people are told.
func (r Round) Late() bool { return !r.Drawn.IsZero() && r.Drawn.Sub(r.Cutoff) > punctual }

// An Entry is one household of a list, with all that its place rests on.
type Entry struct {
	N         int // from 1
	Region    core.RegionCode
	Household core.HouseholdID
	Place     insight.Place
	Low, High [parts]int   // tenths of each part of the index
	Fits      bool         // false: a fact is missing that could still decide
	Claim     core.ClaimID // that people approved; 0 for none
}

// Unknown reports whether anything that counts is not known of the household.
func (e Entry) Unknown() bool { return !e.Fits && e.Claim == 0 || e.Low != e.High }

// Errors of rounds.
var (
	ErrNone      = core.E(core.KindNotFound, "quota_none", "没有这一批,或者不归您管。")
	ErrState     = core.E(core.KindConflict, "quota_state", "这一批的状态变了。请刷新再看。")
	ErrOpen      = core.E(core.KindConflict, "quota_open", "这里同样的东西已经有十批在等名单。先办完或者撤掉几批,再开。")
	ErrDouble    = core.E(core.KindConflict, "quota_double", "同样的一批已经有了,没有再开。真是同一个文件的第二批,请换一个截止时间,或者在「凭什么开」里写上是第几批。")
	ErrBeside    = core.E(core.KindConflict, "quota_beside", "同样的东西,这里还有一批没分完。请看过那一批,勾上,再开。")
	ErrHad       = core.E(core.KindConflict, "quota_had", "他家已经有了同样的一份,一户不给两份。请提出跳过「已经有了同样的一份」,另一个人核对。核对下来不是这样,就能给。")
	ErrElsewhere = core.E(core.KindConflict, "quota_elsewhere", "同样的东西,另一批正等他家答复。答复了再给。要先问后面的,请提出跳过「另一批正等他家答复」,他家的位置留着。")
	ErrTwice     = core.E(core.KindConflict, "quota_twice", "他家在另一批已经要了一份,一户不给两份。请提出退回这一步,写上为什么,另一个人核对。")
	ErrUnsure    = core.Invalid("sure", "他家够不够条件还没问清。请先问清;要先给他家留着名额的,勾上再给。")
	ErrParted    = core.Invalid("home", "他家有人从一户要过同样一份的人家分出来。请看过写着的那一户;该给的,勾上再给。")
	ErrNotYours  = core.E(core.KindForbidden, "quota_not_yours", "这个地方的批次,由管着它全部乡镇的县级或市级人员办。")
	ErrSame      = core.E(core.KindForbidden, "quota_same_person", "开批次的人不能自己冻结名单。请另一个人核对。")
	ErrLeaving   = core.E(core.KindForbidden, "quota_leaving", "撤掉这一批是您提出的,您不能再冻结它。请另一个人核对、冻结,或者您先收回。")
	ErrLeaver    = core.E(core.KindForbidden, "quota_leaver", "撤掉这一批是别人提出的,请提出的人自己收回。名单没有错,就核对、冻结。")
	ErrEarly     = core.E(core.KindConflict, "quota_early", "截止时间还没到,到了再冻结。")
	ErrUndrawn   = core.E(core.KindConflict, "quota_undrawn", "系统正在排名单,一般一分钟就好。请过一会儿刷新再看。")
	ErrEmpty     = core.E(core.KindConflict, "quota_empty", "截止时没有一户够条件,没有名单可以冻结。请撤掉这一批;人家的资料记全了,再开一批。")
	ErrSeen      = core.E(core.KindConflict, "quota_seen", "您看的是截止以前的先后,截止时的名单不一样。请再看一遍。")
	ErrUnlooked  = core.E(core.KindConflict, "quota_unlooked", "有的乡镇还从来没有全库比对过。请先运行一次比对,名单才排得出来。")
	ErrTooLong   = core.E(core.KindConflict, "quota_too_long", "这个地方够条件的人家太多,一批排不下。请按县或者乡镇分开办。")
	ErrTurn      = core.E(core.KindConflict, "quota_turn", "现在轮到的不是这一户,可能有人刚办过。请刷新再看。")
	ErrNoPlace   = core.E(core.KindConflict, "quota_no_place", "名额都给出去了。有人不要了,才轮到下一户。")
	ErrAsked     = core.E(core.KindConflict, "quota_skip_asked", "这一批有一户有人提出跳过或者退回。请另一个人先核对。")
	ErrDeclining = core.E(core.KindConflict, "quota_declining", "他家有一件事记了还没核对。请另一个人先核对。")
	ErrBefore    = core.E(core.KindConflict, "quota_before", "排在前面的人家有一件事记了还没核对。请另一个人先核对,再记「要」。这个名额还给他家留着。")
	ErrTries     = core.E(core.KindConflict, "quota_tries", "要分两个工作日联系过三次,每次隔四个小时以上,至少两个人去联系过,才能记「联系不上」。")
	ErrUnvisited = core.E(core.KindConflict, "quota_unvisited", "通知没送到他家。要有人上门告诉过他家(写这件事的人去的不算),再过"+wording.SayNumber(HeardDays)+"天,才能核对「是」。")
	ErrVisitor   = core.E(core.KindForbidden, "quota_visit_another", "这件事是您写的。请另一个人上门。")
	ErrVisited   = core.E(core.KindForbidden, "quota_visitor_seconds", "为这件事上门的是您。请没去过的另一个人核对「是」。不是这样的,您现在就能选「不是这样」。")
	ErrMet       = core.E(core.KindConflict, "quota_met", "上门见到过他家的人。见到以后,再分两个工作日联系过三次都没联系上,才算「联系不上」。")
	ErrUntil     = core.E(core.KindConflict, "quota_until", "他家还能打电话来的日子没过,过了才能核对「是」。不是这样的,现在就能选「不是这样」。")
	ErrLate      = core.E(core.KindConflict, "quota_too_late", "排在后面的人家已经接受了,这一步退不回去了。")
	ErrAsker     = core.E(core.KindForbidden, "quota_asker", "这是别人写的。不是这样的话,请在核对里选「不是这样」。")
	ErrOften     = core.E(core.KindConflict, "quota_often", "这件事您今天已经为他家提过了。请明天再提,或者请问过他家的另一个人提。")
	ErrUnheard   = core.E(core.KindConflict, "quota_unheard", "告诉他家的通知还没有结果。送到了,或者确定送不到,才能核对「是」。不是这样的,现在就能选「不是这样」。")
	ErrSecond    = core.E(core.KindForbidden, "quota_skip_same", "提出的人不能自己核对。请另一个人核对。")
	ErrAnswerDay = core.Invalid("answer_by", "答复的日子,请选明天到 60 天以内的一天。")
	ErrWords     = core.Invalid("words", "请写一句话说明,不超过五百字。")
)
