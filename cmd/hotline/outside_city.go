package main

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/tickets/ticketdb"
	"hotline/workers"
)

// buildPlatforms makes the way in from each 12345 platform and the way out to it.
func (a *app) buildPlatforms(o *outside) error {
	o.orders = intakedb.New(a.s.pg, a.s.vault)
	list := a.platformList()
	hosts := map[string]string{}
	for _, p := range list {
		client, err := p.Client(time.Now)
		if err != nil {
			return fmt.Errorf("HOTLINE_CITY12345_URL: %w", err)
		}
		if client != nil {
			o.platforms[p.Name] = client
			hosts[p.Name] = p.CallbackURL
		}
	}
	var err error
	if o.fetcher, err = workers.NewFetcher(hosts, ticketdb.MaxFile); err != nil {
		return err
	}
	if len(list) == 0 {
		return nil
	}
	o.endpoint, err = city12345.NewEndpoint(city12345.EndpointConfig{Desk: a.desk, Store: o.orders, Platforms: list, Now: time.Now, Logger: a.log})
	if err != nil {
		return fmt.Errorf("HOTLINE_CITY12345_NAME and _SECRET: %w", err)
	}
	return nil
}

func (a *app) platformList() []city12345.Platform {
	if a.o.demo {
		return []city12345.Platform{{Name: demoPlatform, Secret: []byte(demoSecret), CallbackURL: "http://" + a.c.DemoCity + "/events"}}
	}
	if a.c.CityName == "" {
		return nil
	}
	return []city12345.Platform{{Name: a.c.CityName, Secret: []byte(a.c.CitySecret), CallbackURL: a.c.CityURL}}
}

// register mounts the endpoints of inbound machines.
func (o *outside) register(r fiber.Router) {
	if o.endpoint != nil {
		o.endpoint.Register(r)
	}
}
