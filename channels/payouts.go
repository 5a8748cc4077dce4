package channels

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// PayoutAnswer is one month of money, or one payment.
type PayoutAnswer struct {
	ID      string        `json:"id"`
	Receipt core.Receipt  `json:"receipt" doc:"The application it belongs to"`
	Item    core.ItemCode `json:"item"`
	Name    string        `json:"name"`
	Period  string        `json:"period" doc:"The month it is for, 2026-03"`
	Amount  int64         `json:"amount" doc:"In fen"`
	Sum     string        `json:"sum" doc:"The amount in yuan, in words"`
	Sample  bool          `json:"sample" doc:"A sample figure: no real money"`
	State   string        `json:"state" enum:"waiting,sent,paid,returned,cancelled"`
	Say     string        `json:"say"`
	At      time.Time     `json:"at"`
	Card    string        `json:"card" doc:"Its last four digits"`
}

// ServePayouts lists the money of one's own applications in pages.
func (d *CitizenDoor) ServePayouts(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var list []PayoutAnswer
	var next string
	if err == nil {
		list, next, err = d.Payouts(r.Context(), who, r.URL.Query().Get("after"))
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	if next != "" {
		w.Header().Set("Link", "<?after="+url.QueryEscape(next)+`>; rel="next"`)
	}
	WriteTagged(w, r, list)
}

// Payouts reads one page of the money of a citizen's own applications, the newest first,
// and the id that the next one begins after, "" at the end.
func (d *CitizenDoor) Payouts(ctx context.Context, who citizen.Citizen, after string) (list []PayoutAnswer, next string, err error) {
	ask := casefile.PayoutsAsk{Citizen: who.ID, Today: d.today(), Limit: pageOf + 1}
	if after != "" {
		if ask.After, err = strconv.ParseInt(after, 10, 64); err != nil || ask.After <= 0 {
			return nil, "", core.Invalid("after", "这一页过时了,请从头再看。")
		}
	}
	found, err := d.env.Cases.Payouts(ctx, ask)
	if err != nil {
		return nil, "", err
	}
	if len(found) > pageOf {
		found = found[:pageOf]
		next = strconv.FormatInt(found[pageOf-1].ID, 10)
	}
	list = make([]PayoutAnswer, 0, len(found))
	for _, p := range found {
		list = append(list, payoutOf(p))
	}
	return list, next, nil
}

func payoutOf(p casefile.Payout) PayoutAnswer {
	a := PayoutAnswer{ID: strconv.FormatInt(p.ID, 10), Receipt: p.Receipt, Item: p.Item, Name: p.Name, Period: p.Period, Amount: int64(p.Amount),
		Sum: p.Amount.Short() + " 元", Sample: p.Sample, At: p.At, Card: "尾号 " + p.Last4}
	if len(p.Period) == 6 {
		a.Period = p.Period[:4] + "-" + p.Period[4:]
	}
	a.State, a.Say = payoutSays(p)
	return a
}

// payoutSays puts the state of a payment into words. Nothing is promised that depends on
// the bank.
func payoutSays(p casefile.Payout) (state, say string) {
	day := core.DateOf(p.At).Say()
	switch p.State {
	case "paid":
		return "paid", day + "到账,打到尾号 " + p.Last4 + " 的卡上。"
	case "sent":
		return "sent", day + "交给银行了,等银行打到尾号 " + p.Last4 + " 的卡上。"
	case "returned":
		return "returned", day + "被银行退回来了。钱还在,卡号要再核一下。等镇上联系您,或者打 " + wording.Hotline + "。"
	case "fixing":
		return "returned", "银行退回来了,换卡正在核。核好了重新打。"
	case "cancelled":
		return "cancelled", "这一笔不发了。不明白为什么,打 " + wording.Hotline + "。"
	}
	return "waiting", "批下来了,等着打款。还没交给银行。"
}
