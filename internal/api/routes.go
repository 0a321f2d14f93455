package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
)

// What routes are asked with. The library finds what is embedded by exported names alone.
type (
	None struct{}

	OfSet struct {
		Set core.SetID `path:"set" doc:"number of the operator set"`
	}

	Paged struct {
		Cursor string `query:"cursor" maxLength:"64" doc:"where to go on: next of the page before"`
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"most items of a page"`
	}

	OfSetPaged struct {
		OfSet
		Paged
	}

	OfEra struct {
		OfSet
		Era core.Era `path:"era" maximum:"1000000000000" doc:"number of the era"`
	}

	// An election is an era's, or the one that would be next.
	OfElection struct {
		OfSet
		Era string `path:"era" pattern:"^(next|[0-9]{1,12})$" doc:"number of the era, or next: the next to be captured, if nothing changes"`
	}

	OfElectionPaged struct {
		OfElection
		Paged
	}

	OfCandidacy struct {
		OfElection
		Operator core.Address `path:"operator" doc:"address of the operator"`
	}

	OfOperator struct {
		OfSet
		Operator core.Address `path:"operator" doc:"address of the operator"`
	}

	OfOperatorPaged struct {
		OfOperator
		Paged
	}

	OfForecast struct {
		OfOperator
		Eras        int    `query:"eras" minimum:"1" maximum:"32" default:"8" doc:"for how many eras, from the next to be captured on"`
		Stake       string `query:"stake" pattern:"^[0-9]{1,40}$" doc:"what it is taken to have, wVARA base units; without: what it has"`
		Commission  int    `query:"commission" minimum:"-1" maximum:"10000" default:"-1" doc:"its commission, basis points; -1: what it says"`
		Performance int    `query:"performance" minimum:"0" maximum:"10000" default:"10000" doc:"what every Executor is taken to sign, basis points of the certificates"`
	}

	OfVault struct {
		OfSet
		Vault core.Address `path:"vault" doc:"address of the vault"`
	}

	OfAccount struct {
		OfSet
		Account core.Address `path:"account" doc:"address of the account"`
	}

	OfEarnings struct {
		OfAccount
		Era string `query:"era" pattern:"^[0-9]{1,12}$" doc:"an era that was paid; the last commit without"`
	}

	OfSlashes struct {
		OfSetPaged
		Operator string `query:"operator" pattern:"^0x[0-9a-fA-F]{40}$" doc:"only those of this operator"`
		Open     bool   `query:"open" doc:"only those of which something can still come"`
	}

	OfChecks struct {
		Set core.SetID `query:"set" doc:"number of the operator set" default:"0"`
	}

	OfBatch struct {
		OfSet
		Number uint64 `path:"number" doc:"number of the batch"`
	}

	Simulated struct {
		OfSet
		MaxExecutors  uint16   `query:"maxExecutors" maximum:"128" doc:"seats; 0: as it is"`
		MinStake      string   `query:"minStake" pattern:"^[0-9]{1,40}$" doc:"wVARA base units"`
		MaxStake      string   `query:"maxStake" pattern:"^[0-9]{1,40}$" doc:"wVARA base units"`
		MaxVaultStake string   `query:"maxVaultStake" pattern:"^[0-9]{1,40}$" doc:"wVARA base units"`
		Stake         []string `query:"stake,explode" maxItems:"32" doc:"OPERATOR[/VAULT]:+AMOUNT or :-AMOUNT of stake that comes or goes, base units; + may be left out"`
		Leave         []string `query:"leave,explode" maxItems:"32" doc:"operators that leave"`
	}
)

// healthRoute is answered also when nothing else is.
const healthRoute = "getHealth"

// reply is an answer, as the library wants it.
type reply[O any] struct{ Body O }

// route adds one. What it answers is of the moment that it is given.
func route[I, O any](s *Server, api huma.API, id, path, summary string, answer func(context.Context, *moment, *I) (O, error)) {
	huma.Register(api, huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary},
		func(ctx context.Context, in *I) (*reply[O], error) {
			m, err := s.moment()
			if err != nil && id == healthRoute { // what the node lacks is what it says
				m, err = &moment{Server: s}, nil
			}
			if err != nil {
				return nil, err
			}
			out, err := answer(ctx, m, in)
			if err != nil {
				return nil, s.refused(err)
			}
			return &reply[O]{out}, nil
		})
}

// routes adds everything under /v1 but files and events, which are not JSON.
func (s *Server) routes(mux *http.ServeMux) huma.API {
	api := humago.New(mux, configuration())
	route(s, api, "getNetwork", "/v1/network", "The deployment: contracts, clock, times and their inequalities", s.network)
	route(s, api, "getReasons", "/v1/reasons", "Every reason code with its text", s.reasons)
	route(s, api, healthRoute, "/v1/health", "How the node does", s.health)
	route(s, api, "getChecks", "/v1/checks", "What a doctor finds wrong with the network, with a set of it", s.checks)
	route(s, api, "listSets", "/v1/sets", "The operator sets", s.sets)
	route(s, api, "getSet", "/v1/sets/{set}", "An operator set: parameters, who is in office, pot", s.set)
	route(s, api, "listEras", "/v1/sets/{set}/eras", "Eras with their clocks, the newest first", s.eras)
	route(s, api, "getEra", "/v1/sets/{set}/eras/{era}", "An era's clock and how far it is", s.era)
	route(s, api, "listElections", "/v1/sets/{set}/elections", "Elections, the newest first", s.elections)
	route(s, api, "getElection", "/v1/sets/{set}/elections/{era}", "An election: every operator, its margin, and why it is in or out", s.election)
	route(s, api, "explainElection", "/v1/sets/{set}/elections/{era}/operators/{operator}", "Why one operator is in or out", s.explain)
	route(s, api, "simulateElection", "/v1/sets/{set}/simulation", "The next election if stakes or parameters were other", s.simulate)
	route(s, api, "listProposals", "/v1/sets/{set}/proposals", "Lists that were posted, the newest first", s.proposals)
	route(s, api, "listOperators", "/v1/sets/{set}/operators", "Operators, by address", s.operators)
	route(s, api, "getOperator", "/v1/sets/{set}/operators/{operator}", "An operator with its stake, rewards and slashes", s.operator)
	route(s, api, "listOperatorHistory", "/v1/sets/{set}/operators/{operator}/history", "What became of an operator in each era, the newest first", s.history)
	route(s, api, "forecastOperator", "/v1/sets/{set}/operators/{operator}/forecast", "What an operator can expect if nobody does anything: elections, rewards, yield", s.forecast)
	route(s, api, "listVaults", "/v1/sets/{set}/vaults", "Vaults, by address", s.vaults)
	route(s, api, "getVault", "/v1/sets/{set}/vaults/{vault}", "A vault, and behind whom it stands", s.vault)
	route(s, api, "getStaker", "/v1/sets/{set}/stakers/{account}", "What an account has in vaults, what frees when, and what it earned", s.staker)
	route(s, api, "getEarnings", "/v1/sets/{set}/stakers/{account}/earnings", "What an account earned in a commit, step by step", s.earnings)
	route(s, api, "listCommits", "/v1/sets/{set}/rewards", "Reward commits, the newest first", s.commits)
	route(s, api, "listSlashes", "/v1/sets/{set}/slashes", "Slashes, the newest first", s.slashes)
	route(s, api, "listBatches", "/v1/sets/{set}/batches", "Committed batches, the newest first", s.batches)
	route(s, api, "getBatch", "/v1/sets/{set}/batches/{number}", "A committed batch", s.batch)
	route(s, api, "listPrograms", "/v1/sets/{set}/programs", "Programs, by id", s.programs)
	describe(api.OpenAPI())
	return api
}

// configuration is the library's, with nothing of its own in the answers.
func configuration() huma.Config {
	c := huma.DefaultConfig("Roster", "1")
	c.Info.Description = "What a Roster node knows: who computes for Gear.exe, why, what they are paid, and what they are held to account for. " +
		"Amounts are decimal strings of base units; times are Unix seconds of the chain's clock."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	return c
}

func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := &client.Problem{Status: status, Title: http.StatusText(status), Code: "bad_request", Detail: message}
		switch {
		case status >= 500:
			p.Code = "failed"
		case status == http.StatusNotFound:
			p.Code = "not_found"
		}
		for i, err := range errs {
			if err != nil {
				p.Detail += map[bool]string{true: ": ", false: "; "}[i == 0] + err.Error()
			}
		}
		return p
	}
}
