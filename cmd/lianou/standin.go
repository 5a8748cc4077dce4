package main

import (
	"path/filepath"
	"strings"

	"lianou/cmd/internal/boot"
	"lianou/cmd/internal/standin"
)

type standinCmd struct{}

// Run serves until the context ends. The outside services accept the secrets
// that the programs are configured with, or the demo's where none are given.
func (standinCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	server, err := standin.New(standin.Config{
		Addr: cfg.StandinAddr, DataDir: filepath.Join(cfg.DataDir, "standin"), Gateway: cfg.PublicURL,
		Log:      boot.NewLog(t.out, cfg, "standin"),
		WeChat:   standin.WeChatConfig{AppID: cfg.WeChat.AppID, Secret: cfg.WeChat.Secret.Reveal(), PushToken: cfg.WeChat.PushToken.Reveal(), PushKey: cfg.WeChat.PushKey.Reveal()},
		Cloud:    standin.CloudConfig{Keys: cloudKeys(cfg), SmsAppID: cfg.SMS.AppID, Sign: cfg.SMS.Sign},
		Bank:     standin.BankConfig{User: cfg.Bank.User, Password: cfg.Bank.Password.Reveal(), Inbox: cfg.Bank.SendDir, Outbox: cfg.Bank.TakeDir},
		Exchange: exchangeOf(cfg.Hotline),
	})
	if err != nil {
		return err
	}
	return server.Run(t.ctx)
}

// exchangeOf is an exchange that speaks with the hotline's own secrets.
func exchangeOf(c boot.Hotline) standin.ExchangeConfig {
	newest, _, _ := strings.Cut(c.JambonzSecrets.Reveal(), ",")
	return standin.ExchangeConfig{Secret: c.WebhookSecret.Reveal(), TwilioToken: c.TwilioToken.Reveal(),
		FreeSwitchUser: c.FreeSwitchUser, FreeSwitchPassword: c.FreeSwitchPassword.Reveal(), JambonzSecret: newest,
		ListenUser: c.JambonzUser, ListenPassword: c.JambonzPassword.Reveal(), CTIToken: c.CTIToken.Reveal()}
}

// cloudKeys lists the Tencent Cloud key pairs in use; text messages and the
// identity check may have one each.
func cloudKeys(cfg *boot.Config) map[string]string {
	keys := map[string]string{}
	for id, key := range map[string]boot.Secret{cfg.SMS.SecretID: cfg.SMS.SecretKey, cfg.Identity.SecretID: cfg.Identity.SecretKey} {
		if id != "" {
			keys[id] = key.Reveal()
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return keys
}
