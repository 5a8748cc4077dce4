package budget

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Books gives the Book in force on a day: which items are money.
type Books interface {
	On(core.Date) (*policy.Book, error)
}

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Budgets *payout.Budgets
	Staff   *staff.Staff
	Regions *registry.Regions
	Books   Books
}

// Room is the room of budget lines.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{
		"place": k.place,
		"fund":  payout.Fund.Chinese,
		"prev":  func(n int) int { return n - 1 },
		"next":  func(n int) int { return n + 1 },
		"less":  func(f core.Fen) core.Fen { return -f },
	}
}

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	all, payers := []staff.Role{staff.Payer, staff.County}, []staff.Role{staff.Payer}
	return desk.Room{Name: "budget", Title: "预算", Roles: all, Home: "/budget", Routes: []desk.Route{
		{Method: "GET", Path: "/budget", Roles: all, Trace: "none: sums of money and names of staff, no citizen", Serve: k.page},
		{Method: "POST", Path: "/budget/enter", Roles: payers, Trace: "budget.entered", Serve: k.enter},
		{Method: "POST", Path: "/budget/{line}/change", Roles: payers, Trace: "budget.entered", Serve: k.change},
		{Method: "POST", Path: "/budget/{change}/confirm", Roles: payers, Trace: "budget.confirmed", Serve: k.confirm},
		{Method: "POST", Path: "/budget/{change}/refuse", Roles: payers, Trace: "budget.refused", Serve: k.refuse},
	}}
}

// act runs under the whole city: budget lines lie in no township, and what waits for them
// lies in all.
func (k *Room) act(r *http.Request, do func(context.Context, *pg.Tx) error) error {
	return k.d.DB.Tx(r.Context(), pg.City("budget lines are the county's and the city's"), do)
}

func (k *Room) enter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	e, err := entry(r, at)
	if err != nil {
		return err
	}
	e.Year, _ = strconv.Atoi(r.FormValue("year")) // nonsense is no year, and EnterBudget says so
	e.Area, e.Fund = core.RegionCode(r.FormValue("area")), payout.Fund(r.FormValue("fund"))
	for _, code := range r.Form["item"] {
		e.Items = append(e.Items, core.ItemCode(code))
	}
	err = k.act(r, func(ctx context.Context, tx *pg.Tx) error {
		if err := k.known(tx, e); err != nil {
			return err
		}
		_, err := k.d.Budgets.EnterBudget(ctx, tx, e)
		return err
	})
	return done(w, r, err, "登记了。另一个人核对以后才算数。")
}

// known refuses places and items that do not exist: money that is registered for a slip of
// the pen would hold nobody's back.
func (k *Room) known(tx *pg.Tx, e payout.BudgetEntry) error {
	if _, there := k.d.Regions.Place(e.Area); !there && e.Area != core.DezhouCity {
		return core.Invalid("area", "请选是全市的还是哪个县的。")
	}
	book, err := k.d.Books.On(tx.Today())
	if err != nil {
		return err
	}
	for _, code := range e.Items {
		if it, there := book.Item(code); !there || !cash(it) {
			return core.Invalid("item", "请从列表里选事项。")
		}
	}
	return nil
}

func (k *Room) change(w http.ResponseWriter, r *http.Request, at desk.At) error {
	line, err := number(r, "line")
	if err != nil {
		return err
	}
	e, err := entry(r, at)
	if err != nil {
		return err
	}
	switch r.FormValue("way") {
	case "more":
	case "less":
		e.Amount = -e.Amount
	default:
		return core.Invalid("way", "请选是追加还是核减。")
	}
	err = k.act(r, func(ctx context.Context, tx *pg.Tx) error {
		_, err := k.d.Budgets.ChangeBudget(ctx, tx, line, e)
		return err
	})
	return done(w, r, err, "登记了。另一个人核对以后才算数。")
}

// entry reads the amount and the paper; which way it goes is said beside it.
func entry(r *http.Request, at desk.At) (e payout.BudgetEntry, err error) {
	e.By, e.Source = at.Staff.ID, r.FormValue("source")
	n, err := core.ParseYuan(r.FormValue("amount"))
	if err != nil {
		return e, err
	}
	if n <= 0 {
		return e, core.Invalid("amount", "金额要大于 0。")
	}
	e.Amount = n
	return e, nil
}

// confirm sends the amount that the page showed along.
func (k *Room) confirm(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "change")
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.FormValue("amount"), 10, 64)
	if err != nil {
		return core.Invalid("amount", "请刷新页面再核对。")
	}
	err = k.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return k.d.Budgets.ConfirmBudget(ctx, tx, at.Staff.ID, id, core.Fen(seen))
	})
	return done(w, r, err, "核对好了,这笔钱可以用了。等着的排在最前面发。")
}

func (k *Room) refuse(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "change")
	if err != nil {
		return err
	}
	err = k.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return k.d.Budgets.RefuseBudget(ctx, tx, at.Staff.ID, id, r.FormValue("reason"))
	})
	return done(w, r, err, "退掉了,这一条不算数。")
}

func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, core.E(core.KindNotFound, "not_found", "没有这一条。")
	}
	return n, nil
}

func done(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/budget", said)
}
