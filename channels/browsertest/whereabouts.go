package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// StandsAt has the device be at a place, and the page be allowed to ask for it.
func (tab *Tab) StandsAt(longitude, latitude float64) {
	tab.t.Helper()
	tab.whereabouts(browser.PermissionSettingGranted)
	near := 5.0
	run(tab, "stand at a place", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Longitude: &longitude, Latitude: &latitude, Accuracy: &near})
		return err
	}))
}

// Unplaced has whoever holds the device refuse to say where it is.
func (tab *Tab) Unplaced() {
	tab.t.Helper()
	tab.whereabouts(browser.PermissionSettingDenied)
}

func (tab *Tab) whereabouts(may browser.PermissionSetting) {
	tab.t.Helper()
	run(tab, "allow or refuse the place", chromedp.Func(func(ctx context.Context, of *chromedp.Target) error {
		info, err := chromedp.Call(ctx, target.GetTargetInfo, target.GetTargetInfoParams{TargetID: of.TargetID})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: may,
			BrowserContextID: info.TargetInfo.BrowserContextID})
		return err
	}))
}
