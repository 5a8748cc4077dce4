package payout

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Fund is whose money a budget line is.
type Fund string

// The funds, in the order in which pages list them.
const (
	Central  Fund = "central"  // 中央补助
	Province Fund = "province" // 省级补助
	OfCity   Fund = "city"     // 市级
	OfCounty Fund = "county"   // 县级
	Other    Fund = "other"    // 捐赠和其他
)

// Funds lists every fund.
func Funds() []Fund { return []Fund{Central, Province, OfCity, OfCounty, Other} }

// Chinese is the fund as payers say it.
func (f Fund) Chinese() string {
	return map[Fund]string{Central: "中央补助", Province: "省级补助", OfCity: "市级", OfCounty: "县级", Other: "捐赠和其他"}[f]
}

// A BudgetKey names a budget line: there is one of each.
type BudgetKey struct {
	Year  int // in which the money is paid (收付实现制, 预算法 第五十八条), not the year it is for
	Area  core.RegionCode
	Items []core.ItemCode // one item or a group of them, sorted
	Fund  Fund
}

// covers reports whether the line may pay an item in a township.
func (k BudgetKey) covers(item core.ItemCode, region core.RegionCode) bool {
	return k.Area.Contains(region) && slices.Contains(k.Items, item)
}

// A Budget is one line: Amount = Reserved + Spent + Left(), which the database holds.
type Budget struct {
	ID int64
	BudgetKey
	Opened   *time.Time // when its first amount was confirmed; nil: it binds nobody yet
	Amount   core.Fen   // the sum of its confirmed changes
	Reserved core.Fen   // in batches that the bank has not answered
	Spent    core.Fen   // on cards
	Changes  []BudgetChange
}

// Left is what a batch may still take.
func (b Budget) Left() core.Fen { return b.Amount - b.Reserved - b.Spent }

// BudgetChange is one row of how a line came to its amount, the newest last. It is
// confirmed or refused once, and never edited.
type BudgetChange struct {
	ID        int64
	Budget    int64
	Amount    core.Fen // below 0 takes away
	Source    string   // the number of the paper it stands in
	EnteredBy core.StaffID
	Entered   time.Time
	State     string       // entered, confirmed, refused
	EndedBy   core.StaffID // who confirmed or refused it, 0 before
	Ended     time.Time
	Why       string // it was refused
}

// Errors of budgets.
var (
	// ErrEnteredTwice is one paper on one line for the second time.
	ErrEnteredTwice = core.E(core.KindConflict, "budget_entered_twice", "这个文号在这一笔预算里已经登记过,不能再记一次。")
	// ErrBelowUsed is a change that takes away more than is left.
	ErrBelowUsed = core.E(core.KindConflict, "budget_below_used", "这一笔剩下的钱没有那么多,不能减这么多。已经占用和发出的不能减。")
	// ErrBudgetMoved is a change that was confirmed or refused meanwhile.
	ErrBudgetMoved = core.E(core.KindConflict, "budget_moved_on", "这一条刚有人办过,请刷新再看。")
	// ErrNoBudgetLine is a line that does not exist.
	ErrNoBudgetLine = core.E(core.KindNotFound, "no_budget", "没有这一笔预算。")
)

// Budgets keeps the lines of the budget. It needs no bank: whoever only enters and looks
// makes one of its own. Safe for concurrent use.
type Budgets struct{ audit *audit.Log }

// NewBudgets makes a Budgets that writes its acts to a log.
func NewBudgets(log *audit.Log) *Budgets { return &Budgets{audit: log} }

// BudgetEntry is what somebody enters: the first amount of a line, or a change of it.
type BudgetEntry struct {
	BudgetKey
	Amount core.Fen
	Source string
	By     core.StaffID
}

// maxBudget bounds an amount of the budget of a city: a hundred milliard yuan.
const maxBudget core.Fen = 100_000_000_000_00

func (e *BudgetEntry) check() error {
	e.Source = strings.TrimSpace(e.Source)
	e.Items = slices.Compact(slices.Sorted(slices.Values(e.Items)))
	switch {
	case e.By <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case e.Year < 2000 || e.Year > 2099:
		return core.Invalid("year", "年份请写四位数,例如 2026。")
	case e.Area != core.DezhouCity && (len(e.Area) != 6 || !core.DezhouCity.Contains(e.Area)):
		return core.Invalid("area", "请选是全市的还是哪个县的。")
	case len(e.Items) == 0 || len(e.Items) > 60:
		return core.Invalid("items", "请选这笔钱用在哪些事项上。")
	case e.Fund.Chinese() == "":
		return core.Invalid("fund", "请选这笔钱从哪一级来。")
	}
	return checkChange(e.Amount, e.Source)
}

func checkChange(amount core.Fen, source string) error {
	switch {
	case amount == 0 || amount > maxBudget || amount < -maxBudget:
		return core.Invalid("amount", "请填多少钱,不能是 0。")
	case source == "" || len(source) > 120:
		return core.Invalid("source", "请写文号,例如:德财社指〔2026〕12 号。")
	}
	return nil
}

// EnterBudget writes down the first amount of a line, or one more of a line that is
// there. Nothing is changed by it until another person confirms it. Errors: KindInvalid,
// ErrEnteredTwice.
func (p *Budgets) EnterBudget(ctx context.Context, tx *pg.Tx, e BudgetEntry) (change int64, err error) {
	if err := e.check(); err != nil {
		return 0, err
	}
	const line = `insert into budget (year, area, items, fund, made) values ($1, $2, $3, $4, $5) on conflict on constraint budget_once do nothing`
	if _, err := tx.Exec(ctx, line, e.Year, e.Area, e.Items, e.Fund, tx.Now()); err != nil {
		return 0, pg.Fail(err, "make a budget line")
	}
	var id int64
	var opened *time.Time
	const which = `select id, opened from budget where year = $1 and area = $2 and items = $3 and fund = $4`
	if err := tx.QueryRow(ctx, which, e.Year, e.Area, e.Items, e.Fund).Scan(&id, &opened); err != nil {
		return 0, pg.Fail(err, "find a budget line")
	}
	if opened == nil && e.Amount < 0 {
		return 0, core.Invalid("amount", "新登记的预算要大于 0。")
	}
	return p.enter(ctx, tx, id, e)
}

// ChangeBudget writes down a change of a line: more, or below 0 less. Errors as EnterBudget's,
// and ErrNoBudgetLine.
func (p *Budgets) ChangeBudget(ctx context.Context, tx *pg.Tx, line int64, e BudgetEntry) (change int64, err error) {
	e.Source = strings.TrimSpace(e.Source)
	if err := checkChange(e.Amount, e.Source); err != nil {
		return 0, err
	}
	const which = `select year, area, items, fund from budget where id = $1 and opened is not null`
	err = pg.Fail(tx.QueryRow(ctx, which, line).Scan(&e.Year, &e.Area, &e.Items, &e.Fund), "find a budget line")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return 0, ErrNoBudgetLine
	}
	if err != nil {
		return 0, err
	}
	return p.enter(ctx, tx, line, e)
}

func (p *Budgets) enter(ctx context.Context, tx *pg.Tx, line int64, e BudgetEntry) (id int64, err error) {
	const q = `insert into budget_change (budget, amount, source, entered_by, entered) values ($1, $2, $3, $4, $5) returning id`
	err = tx.QueryRow(ctx, q, line, e.Amount, e.Source, e.By, tx.Now()).Scan(&id)
	if pg.Constraint(err) == "budget_change_source" {
		return 0, ErrEnteredTwice.Wrap(pg.Fail(err, "enter a budget"))
	}
	if err != nil {
		return 0, pg.Fail(err, "enter a budget")
	}
	return id, p.audit.Write(ctx, tx, audit.Entry{Actor: staff(e.By), Act: "budget.entered", Subject: budgetSubject(line), Purpose: "payout",
		Detail: map[string]any{"change": id, "fen": int64(e.Amount), "source": e.Source, "year": e.Year, "area": e.Area, "items": e.Items, "fund": e.Fund}})
}

// ConfirmBudget lets a second person put in force what was entered. The amount is the one
// they saw. Errors: ErrSamePerson, ErrBudgetMoved, ErrBelowUsed.
func (p *Budgets) ConfirmBudget(ctx context.Context, tx *pg.Tx, by core.StaffID, change int64, seen core.Fen) error {
	c, err := lockChange(ctx, tx, change)
	switch {
	case err != nil:
		return err
	case c.State != "entered" || c.Amount != seen:
		return ErrBudgetMoved
	case c.EnteredBy == by || by <= 0:
		return ErrSamePerson
	}
	const q = `update budget_change set state = 'confirmed', ended_by = $2, ended = $3 where id = $1`
	_, err = tx.Exec(ctx, q, change, by, tx.Now())
	if name := pg.Constraint(err); name == "budget_below_used" || name == "budget_not_overspent" {
		return ErrBelowUsed.Wrap(pg.Fail(err, "confirm a budget"))
	}
	if err != nil {
		return pg.Fail(err, "confirm a budget")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "budget.confirmed", Subject: budgetSubject(c.Budget), Purpose: "payout",
		Detail: map[string]any{"change": change, "fen": int64(c.Amount), "source": c.Source, "entered_by": c.EnteredBy}})
}

// RefuseBudget takes out what was entered wrongly, for a reason; whoever entered it may.
// Errors: KindInvalid, ErrBudgetMoved.
func (p *Budgets) RefuseBudget(ctx context.Context, tx *pg.Tx, by core.StaffID, change int64, why string) error {
	why = strings.TrimSpace(why)
	if why == "" || len([]rune(why)) > 200 {
		return core.Invalid("reason", "请写一句哪里不对。")
	}
	c, err := lockChange(ctx, tx, change)
	switch {
	case err != nil:
		return err
	case c.State != "entered":
		return ErrBudgetMoved
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	}
	const q = `update budget_change set state = 'refused', ended_by = $2, ended = $3, why = $4 where id = $1`
	if _, err := tx.Exec(ctx, q, change, by, tx.Now(), why); err != nil {
		return pg.Fail(err, "refuse a budget")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "budget.refused", Subject: budgetSubject(c.Budget), Purpose: "payout",
		Detail: map[string]any{"change": change, "fen": int64(c.Amount), "source": c.Source, "reason": why}})
}

func budgetSubject(line int64) string { return "budget:" + formatID(line) }

const changes = `select id, budget, amount, source, entered_by, entered, state, coalesce(ended_by, 0), coalesce(ended, entered), why from budget_change`

func lockChange(ctx context.Context, tx *pg.Tx, id int64) (c BudgetChange, err error) {
	rows, err := tx.Query(ctx, changes+` where id = $1 for update`, id)
	if err != nil {
		return c, pg.Fail(err, "read a change of a budget")
	}
	c, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[BudgetChange])
	return c, pg.Fail(err, "read a change of a budget")
}

// BudgetLines lists the lines of a year with their changes, the wider areas first. A line of
// which everything entered was refused is not there.
func (p *Budgets) BudgetLines(ctx context.Context, tx *pg.Tx, year int) ([]Budget, error) {
	const q = `select id, year, area, items, fund, opened, amount, reserved, spent from budget b where year = $1
		and (opened is not null or exists (select from budget_change c where c.budget = b.id and c.state = 'entered')) order by area, items, id`
	list, err := budgetRows(ctx, tx, q, year)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, changes+` where budget in (select id from budget where year = $1) order by id`, year)
	if err != nil {
		return nil, pg.Fail(err, "list the changes of budgets")
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[BudgetChange])
	if err != nil {
		return nil, pg.Fail(err, "list the changes of budgets")
	}
	at := map[int64]int{}
	for i, b := range list {
		at[b.ID] = i
	}
	for _, c := range all {
		if i, shown := at[c.Budget]; shown {
			list[i].Changes = append(list[i].Changes, c)
		}
	}
	return list, nil
}

func budgetRows(ctx context.Context, tx *pg.Tx, q string, args ...any) ([]Budget, error) {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return nil, pg.Fail(err, "list budgets")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (b Budget, err error) {
		err = r.Scan(&b.ID, &b.Year, &b.Area, &b.Items, &b.Fund, &b.Opened, &b.Amount, &b.Reserved, &b.Spent)
		return b, err
	})
	return list, pg.Fail(err, "list budgets")
}
