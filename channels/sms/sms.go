// Package sms tells people by text message through Tencent Cloud's SendSms, and
// brings back its delivery receipts.
//
// It sends once for each call and never repeats by itself: whether a message whose
// answer was lost may be sent again is core/notify's to decide. It must not log a
// number or a text.
package sms

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/tc3"
	"lianou/core/wording"
)

// Name is the channel's name in notices and their attempts.
const Name core.ChannelName = "sms"

// Config is what a Sender is set up with; all but Every are required.
type Config struct {
	API      tc3.Config // Service and Version are filled in
	AppID    string     // SmsSdkAppId
	Sign     string     // shown in 【】 before each text
	Notice   string     // template of notices: one parameter, the words
	CodeTmpl string     // template of log-in codes: code, minutes

	// Every is how often receipts are asked for. Defaults to 2 s.
	Every time.Duration
}

// Sender sends texts.
type Sender struct {
	cfg Config
	api *tc3.Client
}

var _ notify.Sender = (*Sender)(nil)

// New checks the configuration.
func New(cfg Config) (*Sender, error) {
	if cfg.AppID == "" || cfg.Sign == "" || cfg.Notice == "" || cfg.CodeTmpl == "" {
		return nil, core.E(core.KindInvalid, "sms_config", "")
	}
	if cfg.Every <= 0 {
		cfg.Every = 2 * time.Second
	}
	cfg.API.Service, cfg.API.Version = "sms", "2021-01-11"
	api, err := tc3.New(cfg.API)
	if err != nil {
		return nil, err
	}
	return &Sender{cfg: cfg, api: api}, nil
}

type sendRequest struct {
	SmsSdkAppId      string
	SignName         string
	TemplateId       string
	TemplateParamSet []string
	PhoneNumberSet   []string
	SessionContext   string
}

type sendReply struct {
	SendStatusSet []struct{ SerialNo, Code string }
}

// Send offers one text. A number that is no mobile is Refused: another way is
// tried.
func (s *Sender) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	if !m.Phone.Mobile() {
		return notify.Outcome{Result: notify.Refused, Code: "no_mobile"}, nil
	}
	req := sendRequest{SmsSdkAppId: s.cfg.AppID, SignName: s.cfg.Sign, TemplateId: s.cfg.Notice, TemplateParamSet: []string{m.Words},
		PhoneNumberSet: []string{"+86" + m.Phone.Reveal()}, SessionContext: m.Reference}
	if m.Kind == wording.KindCode {
		req.TemplateId, req.TemplateParamSet = s.cfg.CodeTmpl, nil
		for _, f := range m.Fields {
			req.TemplateParamSet = append(req.TemplateParamSet, f.Value)
		}
	}
	var reply sendReply
	if fault := s.api.Call(ctx, "SendSms", req, &reply); fault != nil {
		return outcomeOf(fault), fault
	}
	if len(reply.SendStatusSet) != 1 {
		return notify.Outcome{Result: notify.Unknown, Code: "body"}, &tc3.Fault{Code: "body", Sent: true}
	}
	one := reply.SendStatusSet[0]
	if one.Code == "Ok" {
		return notify.Outcome{Result: notify.Accepted, Provider: one.SerialNo, Code: "Ok"}, nil
	}
	return notify.Outcome{Result: meaning(one.Code), Code: one.Code}, nil
}

func outcomeOf(f *tc3.Fault) notify.Outcome {
	if f.Sent {
		return notify.Outcome{Result: notify.Unknown, Code: f.Code}
	}
	return notify.Outcome{Result: meaning(f.Code), Code: f.Code}
}

// meaning maps the service's codes: what passes by itself is Later, what concerns
// this number or our own set-up is Refused, so that the next way is tried.
func meaning(code string) notify.Result {
	switch code {
	case "RequestLimitExceeded", "InternalError", "InternalError.Timeout", "LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit":
		return notify.Later
	}
	return notify.Refused
}

// Report is told of each receipt: the provider's id of the message and what became
// of it.
type Report func(ctx context.Context, provider string, out notify.Outcome) error

type receipt struct {
	SerialNo, ReportStatus string
}

// Receipts asks for delivery receipts and passes them on until ctx ends. The
// service hands each out once, so one that cannot be recorded now is kept and
// offered again before the next are asked for.
func (s *Sender) Receipts(ctx context.Context, report Report) error {
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	var kept []receipt
	for {
		kept = s.pass(ctx, kept, report)
		if len(kept) == 0 {
			kept = s.pass(ctx, s.pull(ctx), report)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// pull asks for up to a hundred receipts; a service that is away is asked again at
// the next tick.
func (s *Sender) pull(ctx context.Context) []receipt {
	var reply struct{ PullSmsSendStatusSet []receipt }
	req := struct {
		Limit       int
		SmsSdkAppId string
	}{100, s.cfg.AppID}
	if fault := s.api.Call(ctx, "PullSmsSendStatus", req, &reply); fault != nil {
		return nil
	}
	return reply.PullSmsSendStatusSet
}

// pass gives receipts to report and keeps those that could not be recorded.
func (s *Sender) pass(ctx context.Context, list []receipt, report Report) []receipt {
	var kept []receipt
	for _, r := range list {
		out := notify.Outcome{Result: notify.Refused, Provider: r.SerialNo, Code: r.ReportStatus}
		if r.ReportStatus == "SUCCESS" {
			out.Result = notify.Delivered
		}
		err := report(ctx, r.SerialNo, out)
		if err != nil && core.KindOf(err) != core.KindNotFound { // a log-in code is nobody's notice
			kept = append(kept, r)
		}
	}
	return kept
}
