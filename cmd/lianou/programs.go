package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lianou/cmd/internal/standin"
	"lianou/core/pg"
	"lianou/core/seal"
)

// startStandin runs the stand-ins. They need no database, so they come first.
func (m *machine) startStandin(context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	return m.family.start("standin", m.environment(""), self, "standin")
}

// startPrograms runs the two programs. They need the tables and not the people:
// allReady says when they answer.
func (m *machine) startPrograms(context.Context) error {
	for _, program := range []string{"platform", "gateway"} {
		path, err := beside(program)
		if err != nil {
			return err
		}
		if err := m.family.start(program, m.environment("lianou_"+program), path); err != nil {
			return err
		}
	}
	return nil
}

// allReady waits until everything that was started answers.
func (m *machine) allReady(ctx context.Context) error {
	for _, url := range []string{m.url(m.cfg.StandinAddr) + "/healthz", m.url(m.cfg.PlatformAddr) + "/readyz", m.url(m.cfg.GatewayAddr) + "/readyz"} {
		if err := m.family.ready(ctx, url); err != nil {
			return err
		}
	}
	return m.sameDay(ctx)
}

// sameDay tells the stand-ins how far this city's time was moved before.
func (m *machine) sameDay(ctx context.Context) error {
	if m.fresh && m.private != nil {
		return nil // made just now: nobody has moved it yet
	}
	db, err := pg.Open(ctx, pg.Config{URL: m.place.Roles[pg.Owner], Name: "lianou up", MaxConns: 1, Privileged: "up reads the demo's clock"})
	if err != nil {
		return err
	}
	defer db.Close()
	clock, err := db.ReadClock(ctx)
	if err != nil || clock.Shift == 0 {
		return err
	}
	return tellStandin(ctx, m.cfg.StandinAddr, clock.Shift)
}

func (m *machine) url(addr string) string { return "http://" + addr }

// environment is what a child gets: this one's, the database URL of its own role
// and no other, its own key file, and the stand-ins' secrets where the operator
// has given none.
func (m *machine) environment(role string) []string {
	env := map[string]string{
		"LIANOU_REDIS_URL": m.place.Redis, "LIANOU_DATA_DIR": m.cfg.DataDir, "LIANOU_LIFELINE": "true",
		"LIANOU_DATABASE_URL": m.place.Roles[role],
	}
	switch role {
	case "lianou_gateway":
		env["LIANOU_KEY_FILE"] = filepath.Join(m.keys(), seal.GatewayFile)
	case "lianou_platform":
		env["LIANOU_AUDIT_DATABASE_URL"] = m.place.Roles["lianou_audit"]
		env["LIANOU_KEY_FILE"] = filepath.Join(m.keys(), seal.PlatformFile)
	}
	for name, value := range demoSettings(m.cfg.StandinAddr, m.cfg.GatewayAddr) {
		if _, set := os.LookupEnv(name); !set {
			env[name] = value
		}
	}
	list := slices.DeleteFunc(os.Environ(), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		_, ours := env[name]
		return ours
	})
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// demoSettings points every outside service at the stand-ins.
func demoSettings(standinAddr, gatewayAddr string) map[string]string {
	base := "http://" + standinAddr
	return map[string]string{
		"LIANOU_PUBLIC_URL":             "http://" + gatewayAddr,
		"LIANOU_TELL_AT_NIGHT":          "true", // nobody is woken by a stand-in
		"LIANOU_HOTLINE_WEBHOOK_SECRET": standin.DemoWebhookSecret(),
		"LIANOU_HOTLINE_TWILIO_TOKEN":   standin.DemoTwilioToken,
		"LIANOU_RECORDING_SOURCES":      standinAddr,
		"LIANOU_FREESWITCH_USER":        standin.DemoFreeSwitchUser,
		"LIANOU_FREESWITCH_PASSWORD":    standin.DemoFreeSwitchPassword,
		"LIANOU_FREESWITCH_FOLDER":      standin.DemoFreeSwitchFolder,
		"LIANOU_FREESWITCH_FOLDER_URL":  base + "/exchange/recordings",
		"LIANOU_JAMBONZ_SECRET":         standin.DemoJambonzSecret,
		"LIANOU_JAMBONZ_USER":           standin.DemoListenUser,
		"LIANOU_JAMBONZ_PASSWORD":       standin.DemoListenPassword,
		"LIANOU_CTI_TOKEN":              standin.DemoCTIToken,
		"LIANOU_WECHAT_APP_ID":          standin.DemoAppID,
		"LIANOU_WECHAT_SECRET":          standin.DemoAppSecret,
		"LIANOU_WECHAT_API_BASE":        base,
		"LIANOU_WECHAT_PUSH_TOKEN":      standin.DemoPushToken,
		"LIANOU_WECHAT_PUSH_KEY":        standin.DemoPushKey,
		"LIANOU_WECHAT_TEMPLATE":        "LIANOU-PAID-0001",
		"LIANOU_WECHAT_STEP_TEMPLATE":   "LIANOU-STEP-0001",
		"LIANOU_SMS_SECRET_ID":          standin.DemoSecretID,
		"LIANOU_SMS_SECRET_KEY":         standin.DemoSecretKey,
		"LIANOU_SMS_API_BASE":           base,
		"LIANOU_SMS_APP_ID":             standin.DemoSmsAppID,
		"LIANOU_SMS_SIGN":               standin.DemoSmsSign,
		"LIANOU_SMS_TEMPLATE":           standin.DemoSmsNotice,
		"LIANOU_SMS_CODE_TEMPLATE":      standin.DemoSmsCode,
		"LIANOU_IDENTITY_SECRET_ID":     standin.DemoSecretID,
		"LIANOU_IDENTITY_SECRET_KEY":    standin.DemoSecretKey,
		"LIANOU_IDENTITY_API_BASE":      base,
		"LIANOU_BANK_URL":               base,
		"LIANOU_BANK_USER":              standin.DemoBankUser,
		"LIANOU_BANK_PASSWORD":          standin.DemoBankPass,
		"LIANOU_BANK_ACCOUNT":           "37140000000000000001",
		"LIANOU_ASR_URL":                base + "/speech",
		"LIANOU_ASR_MODEL":              "standin",
	}
}

// greet says where everything is.
func (m *machine) greet() {
	fmt.Fprintf(m.tool.out, "\nLianou is up after %.1f s.\n\n", time.Since(m.began).Seconds())
	fmt.Fprintf(m.tool.out, "  citizens   %s/c/app/\n", m.url(m.cfg.GatewayAddr))
	fmt.Fprintf(m.tool.out, "  a phone    %s/phone\n", m.url(m.cfg.StandinAddr))
	if m.cfg.SIP.On() {
		fmt.Fprintf(m.tool.out, "  telephone  sip:12345@%s\n", m.cfg.SIP.Addr)
	}
	fmt.Fprintf(m.tool.out, "  exchange   %s/exchange/\n  failures   %s/admin\n", m.url(m.cfg.StandinAddr), m.url(m.cfg.StandinAddr))
	fmt.Fprintf(m.tool.out, "  staff      %s/\n", m.url(m.cfg.PlatformAddr))
	for _, login := range demoLogins() {
		fmt.Fprintf(m.tool.out, "    %-10s %s %-12s %s\n", login.Role, login.Person, login.Name, login.Password)
	}
	fmt.Fprintf(m.tool.out, "\n  data in %s, logs in %s\n  Ctrl-C stops everything and keeps the data.\n", m.cfg.DataDir, m.family.logs)
}
