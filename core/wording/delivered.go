package wording

import "lianou/core"

// Handed is what was handed over to a household, and when.
type Handed struct {
	Item, What, Amount string
	On                 core.Date
	Service            bool // done for them, and not a thing
	Deputy             bool // somebody took it in their place
}

// Delivered says that a thing or a service was handed over, and what to do where it was not. Who
// took it is named in the case only: a notice carries no name.
func Delivered(h Handed) Notice {
	done, not := "送到", "收到"
	if h.Service {
		done, not = "办到", "办到"
	}
	to := "交给您家里人。"
	if h.Deputy {
		to = "由别人代为签收。"
	}
	return Notice{KindDelivered,
		h.Item + "已经" + done + ":" + h.What + "," + h.Amount + "。" + h.On.Say() + to + "如果没有" + not + ",请打 " + Hotline + ",外地打 " + HotlineAway + "。" + Promise,
		[]Field{{"item", h.Item}, {"what", h.What + "," + h.Amount}, {"on", h.On.Say()}}}
}
