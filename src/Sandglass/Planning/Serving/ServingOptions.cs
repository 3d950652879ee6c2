using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>Who asks for how much, of which model on which machine, and what it may take and cost.</summary>
public sealed record ServingOptions
{
    /// <summary>How weights are stored; as in <see cref="MemoryOptions"/>.</summary>
    public string? WeightType { get; init; }

    /// <summary>How keys and values are stored. The default is F16.</summary>
    public CacheTypes CacheType { get; init; } = Kernels.CacheType.F16;

    /// <summary>The name of an <see cref="Accelerator"/>.</summary>
    public string Hardware { get; init; } = "h100";

    /// <summary>A machine that was measured, in place of <see cref="Hardware"/>; null for none. Then <see cref="Reached"/> is 1, and this engine takes
    /// 64 texts at once and 256 tokens in a step at most.</summary>
    public MachineSpeed? Machine { get; init; }

    /// <summary>How many of them hold the model together and share each step: a replica. 0 for the least power of two that answers, for each of them, nine
    /// tenths as many requests as the best; of a machine's 8, or of more where those do not hold the model.</summary>
    public int Accelerators { get; init; }

    /// <summary>The share of the maker's rates that is reached, of bytes and of operations, above 0 to 1; of a machine that was measured 1.</summary>
    public double Reached { get; init; } = 0.6;

    /// <summary>The share of an accelerator's memory that weights and cache may take, above 0 to 1.</summary>
    public double MemoryShare { get; init; } = 0.9;

    /// <summary>Tokens of a prompt, from 1.</summary>
    public int PromptTokens { get; init; } = 1024;

    /// <summary>Tokens of an answer on average, from 1.</summary>
    public int AnswerTokens { get; init; } = 256;

    /// <summary>How much the lengths of answers differ.</summary>
    public AnswerSpread Spread { get; init; }

    /// <summary>The share of the prompts' tokens whose keys and values are there already, 0 to 1.</summary>
    public double HitRate { get; init; }

    /// <summary>Objective: seconds to the first token. In a full batch the mean keeps it; replicas are so many that with the wait which 95 of 100 requests
    /// do not exceed it does too.</summary>
    public double FirstWithin { get; init; } = 1;

    /// <summary>Objective: seconds between two tokens.</summary>
    public double TokenWithin { get; init; } = 0.05;

    /// <summary>Texts at once at most, 1 to 4,096.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Tokens that go through the model in a step at most, prompts and answers together, 17 to 65,536.</summary>
    public int MaxBatchTokens { get; init; } = 2048;

    /// <summary>How many users there are, 1 to 10 billion each.</summary>
    public IReadOnlyList<double> Users { get; init; } = [1e3, 1e6, 1e8];

    /// <summary>Requests of a user in an hour, on average over the month.</summary>
    public double RequestsPerHour { get; init; } = 1;

    /// <summary>How many times the mean the requests of the busiest hour are, from 1: machines are bought for that hour.</summary>
    public double Peak { get; init; } = 2;

    /// <summary>What an accelerator costs.</summary>
    public ServingPrice Price { get; init; } = new();

    /// <summary>Where keys and values of conversations wait for their next turn.</summary>
    public IdleCacheOptions IdleCache { get; init; } = new();

    /// <summary>Loads, as shares of what the replica can do, for which waiting is told; above 0 and below 1.</summary>
    public IReadOnlyList<double> Loads { get; init; } = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95];

    /// <summary>Requests that are simulated at each load, 100 to 100,000; 0 for no simulation, null for twenty turns of the chosen batch, 2,000 at least. All
    /// loads together may have half a billion tokens of prompts and answers; without a number they have an eighth of that at most.</summary>
    public int? Simulated { get; init; } = 0;

    /// <summary>Of the simulation's chance.</summary>
    public ulong Seed { get; init; } = 1;
}
