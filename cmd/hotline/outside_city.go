package main

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake/city12345"
	"hotline/tickets/ticketdb"
	"hotline/workers"
)

// buildPlatforms makes the way out to each 12345 platform.
func (a *app) buildPlatforms(o *outside) error {
	hosts := map[string]string{}
	for _, p := range a.platformList() {
		if p.url == "" {
			continue
		}
		client, err := city12345.NewClient(city12345.ClientConfig{URL: p.url, Signer: city12345.Signer{Secret: []byte(p.secret)}, Now: time.Now})
		if err != nil {
			return fmt.Errorf("HOTLINE_CITY12345_URL: %w", err)
		}
		o.platforms[p.name] = client
		hosts[p.name] = p.url
	}
	var err error
	o.fetcher, err = workers.NewFetcher(hosts, ticketdb.MaxFile)
	return err
}

// register mounts the endpoints of inbound machines.
func (o *outside) register(r fiber.Router) {
	for _, e := range o.endpoints {
		e.Register(r)
	}
}
