package main

import (
	"context"
	"time"

	"lianou/channels"
	"lianou/channels/hotline"
	"lianou/channels/wechat"
	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/notify"
)

// messengers is how many notices are on their way side by side: a slow messenger holds these
// places, and no others.
const messengers = 8

// telling is the worker of notices with the ways it has, in the order they are
// tried with somebody of whom nothing is known: WeChat, then a text, then our voice on the
// telephone, then a person who calls.
func (e *edge) telling(host *channels.Host) ([]boot.Part, error) {
	var routes []notify.Route
	if ch, open := host.Channel("wechat"); open {
		routes = append(routes, notify.Route{Channel: "wechat", Sender: ch.(*wechat.Channel), Report: wechat.SentWithin})
	}
	if e.text != nil {
		routes = append(routes, notify.Route{Channel: "sms", Sender: e.text})
	}
	if ch, open := host.Channel("hotline"); open {
		if voice := ch.(*hotline.Channel).Notices(); voice != nil {
			routes = append(routes, hotline.VoiceRoute(voice))
		}
	}
	list := jobs.NewWorkers()
	if len(routes) > 0 {
		night := notify.CityNight()
		if e.cfg.NoNight {
			night = notify.Night{}
		}
		worker, err := notify.NewWorker(notify.Config{Routes: routes, Night: night}, notify.Deps{DB: e.stores.DB, Opener: e.keys.Opener, Audit: e.audit, Log: e.log, Platform: e.platform})
		if err != nil {
			return nil, err
		}
		worker.Register(list)
		e.worker = worker
	}
	var sweeps []jobs.Periodic
	if ch, open := host.Channel("wechat"); open {
		chat := ch.(*wechat.Channel)
		chat.Register(list)
		sweeps = chat.Periodic()
	}
	finishing(host, list)
	calls, taken := host.Channel("hotline")
	if taken {
		line := calls.(*hotline.Channel)
		line.Register(list)
		sweeps = append(sweeps, line.Periodic()...)
	}
	if len(routes) == 0 && !taken {
		return nil, nil
	}
	client, err := jobs.New(jobs.Config{DB: e.stores.DB, Schema: jobs.Gateway, Workers: list, Periodic: sweeps, Beside: e.own,
		Apart: map[string]int{jobs.NotifyQueue: messengers}, Log: e.log.With(boot.KeyComponent, "jobs")})
	if err != nil {
		return nil, err
	}
	return []boot.Part{{Name: "jobs", Start: client.Start, Stop: client.Stop}, boot.Background("forget", e.forget)}, nil
}

// finishing gives the work that ends confirmed interviews to the first door that leads any.
func finishing(host *channels.Host, list *jobs.Workers) {
	type finisher interface{ Finishes(list *jobs.Workers) }
	for _, name := range []core.ChannelName{"app", "wechat"} {
		if ch, open := host.Channel(name); open {
			ch.(finisher).Finishes(list)
			return
		}
	}
}

// forget clears away log-in codes and guesses that are over, and conversations that
// nobody came back to, until ctx ends.
func (e *edge) forget(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := e.citizens.Sweep(ctx); err != nil {
			e.log.WarnContext(ctx, "codes not cleared away", "error", err)
		}
		if err := e.talks.Sweep(ctx); err != nil {
			e.log.WarnContext(ctx, "old conversations not forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// callee opens the number of a notice that the line is about to ring.
func (e *edge) callee(ctx context.Context, notice int64, reference string) (core.Phone, error) {
	if e.worker == nil {
		return core.Phone{}, core.E(core.KindNotFound, "no_number", "")
	}
	return e.worker.Number(ctx, hotline.VoiceRoute(nil).Channel, notice, reference)
}
