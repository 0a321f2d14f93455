package client

import "github.com/gear-tech/roster/core"

// Network is a deployment: where it is, its clock, and whether its times fit together.
type Network struct {
	AsOf         AsOf         `json:"asOf"`
	ChainID      uint64       `json:"chainId" doc:"EIP-155 chain id"`
	Contracts    Contracts    `json:"contracts"`
	Owner        core.Address `json:"owner" doc:"may create sets, announce parameters and collaterals, cancel rewards that wait"`
	PendingOwner core.Address `json:"pendingOwner" doc:"whom the owner named to follow, and who has not accepted; zero: nobody"`
	Resolver     core.Address `json:"resolver" doc:"can veto slashes"`
	Judge        core.Address `json:"judge" doc:"says which side of a dispute is wrong"`
	Burner       core.Address `json:"burner" doc:"where slashed stake goes"`
	Clock        Clock        `json:"clock"`
	Times        Times        `json:"times"`
	Checks       []Inequality `json:"checks" doc:"the inequalities that the times must satisfy (protocol §2)"`
	Collaterals  []Collateral `json:"collaterals" doc:"those of enrolled vaults"`
	Sets         []core.SetID `json:"sets" doc:"the operator sets that this node serves"`
}

// Contracts are the network's, by name.
type Contracts struct {
	Token      core.Address `json:"token" doc:"wVARA, an ERC-20 with 12 decimals"`
	Middleware core.Address `json:"middleware" doc:"the network, for Symbiotic"`
	Operators  core.Address `json:"operators"`
	Router     core.Address `json:"router"`
	Rewards    core.Address `json:"rewards"`
	Offences   core.Address `json:"offences"`
	Programs   core.Address `json:"programs"`
}

// Clock is where the network's clock stands.
type Clock struct {
	Started     bool      `json:"started" doc:"whether era 0 has begun"`
	Era         core.Era  `json:"era" doc:"the present era"`
	Start       core.Time `json:"start"`
	End         core.Time `json:"end" doc:"when the next era starts"`
	NextEra     core.Era  `json:"nextEra" doc:"the next era to be captured"`
	NextCapture core.Time `json:"nextCapture" doc:"when stakes are read for it"`
}

// Times are all times of a deployment, seconds (protocol §2).
type Times struct {
	Genesis         core.Time `json:"genesis" doc:"the moment at which era 0 starts"`
	EraDuration     core.Time `json:"eraDuration"`
	ElectionLead    core.Time `json:"electionLead" doc:"how long before an era its stake is read"`
	SetLifetime     core.Time `json:"setLifetime"`
	ChallengeWindow core.Time `json:"challengeWindow"`
	DetectionWindow core.Time `json:"detectionWindow"`
	RequestWindow   core.Time `json:"requestWindow"`
	ExecutionWindow core.Time `json:"executionWindow"`
	SignersWindow   core.Time `json:"signersWindow"`
	RewardDelay     core.Time `json:"rewardDelay"`
	FinalityLag     core.Time `json:"finalityLag"`
	InclusionMargin core.Time `json:"inclusionMargin"`
	Notice          core.Time `json:"notice"`
	MinVeto         core.Time `json:"minVeto"`
	MaxVaultEpoch   core.Time `json:"maxVaultEpoch"`
}

// Inequality is one of the chain that the times must satisfy, with its numbers.
type Inequality struct {
	Code  string    `json:"code" doc:"of docs/reasons.md, noun era"`
	Words string    `json:"words" doc:"in the names of the protocol"`
	Sum   string    `json:"sum" doc:"its left side in numbers"`
	Need  core.Time `json:"need" doc:"its left side, seconds"`
	Have  core.Time `json:"have" doc:"its right side, seconds"`
	OK    bool      `json:"ok"`
}

// Collateral is a token that vaults hold.
type Collateral struct {
	Token  core.Address `json:"token"`
	Weight Amount       `json:"weight" doc:"what one base unit is worth in wVARA base units, times 10^18; 0: it does not count"`
}

// Set is an operator set.
type Set struct {
	AsOf       AsOf        `json:"asOf"`
	Set        core.SetID  `json:"set"`
	Parameters Parameters  `json:"parameters" doc:"those of the next era to be captured"`
	Announced  []Announced `json:"announced" doc:"what will be other later"`
	Active     *ActiveSet  `json:"active,omitempty" doc:"who is in office; missing: nobody"`
	Operators  int         `json:"operators" doc:"how many ever registered"`
	Vaults     int         `json:"vaults" doc:"how many were ever enrolled"`
	Pot        Pot         `json:"pot"`
	Contracts  SetRewards  `json:"rewardContracts"`
	NextPaid   core.Era    `json:"nextPaidEra" doc:"the next era to be paid"`
}

// Sets are the operator sets of a network.
type Sets struct {
	AsOf  AsOf  `json:"asOf"`
	Items []Set `json:"items"`
}

// Parameters are an operator set's (protocol §3). Amounts are wVARA base units.
type Parameters struct {
	MaxExecutors     uint16   `json:"maxExecutors" doc:"seats"`
	MinStake         Amount   `json:"minStake" doc:"least stake of an operator"`
	MaxStake         Amount   `json:"maxStake" doc:"most stake of an operator that counts"`
	MaxVaultStake    Amount   `json:"maxVaultStake" doc:"most stake of an operator in one vault that counts"`
	EraReward        Amount   `json:"eraReward"`
	EmissionRule     uint8    `json:"emissionRule"`
	EraRateBps       core.Bps `json:"eraRateBps"`
	PerformanceRule  uint8    `json:"performanceRule"`
	PerformanceFloor Amount   `json:"performanceFloor" doc:"a fraction of 10^18"`
	EquivocationBps  core.Bps `json:"equivocationBps"`
	WrongResultBps   core.Bps `json:"wrongResultBps"`
	BountyBps        core.Bps `json:"bountyBps"`
	BountyCap        Amount   `json:"bountyCap"`
	JailEras         uint16   `json:"jailEras"`
	ProposerReward   Amount   `json:"proposerReward"`
	BatchReward      Amount   `json:"batchReward"`
	MessageFee       Amount   `json:"messageFee"`
	Bond             Amount   `json:"bond"`
}

// Announced are parameters that will count.
type Announced struct {
	Era        core.Era   `json:"era" doc:"the first era whose capture sees them"`
	Parameters Parameters `json:"parameters"`
}

// ActiveSet is who is in office.
type ActiveSet struct {
	Era       core.Era  `json:"era" doc:"the era for which they were elected"`
	Executors int       `json:"executors"`
	Total     Amount    `json:"total" doc:"their weight"`
	Until     core.Time `json:"until" doc:"when they can sign no longer if nobody takes over"`
}

// Pot is what a set has for rewards, wVARA base units.
type Pot struct {
	Free        Amount `json:"free"`
	Reserved    Amount `json:"reserved" doc:"for eras that are not paid yet"`
	Funded      Amount `json:"funded" doc:"all that ever came in"`
	Paid        Amount `json:"paid" doc:"all that went out to proposers, posters of batches and reporters"`
	Distributed Amount `json:"distributed" doc:"all that went out as rewards"`
}

// SetRewards is where a set's operators and stakers claim: Symbiotic's DefaultOperatorRewards, twice.
type SetRewards struct {
	Operators core.Address `json:"operators"`
	Stakers   core.Address `json:"stakers"`
}
