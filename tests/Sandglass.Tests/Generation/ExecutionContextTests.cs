using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Tests.Generation;

/// <summary>The threads of a model outlive the call that loads it: they hold nothing of its execution context, which may be a request's user.</summary>
public class ExecutionContextTests
{
    private static readonly AsyncLocal<string?> User = new();

    [Fact]
    public async Task The_engine_does_not_see_what_flows_with_the_loader()
    {
        User.Value = "who loads";
        SeenByClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        await model.GenerateAsync("The king", new GenerationOptions { MaxTokens = 3 }).Result;

        Assert.NotEmpty(clock.Seen);
        Assert.All(clock.Seen, Assert.Null);
    }

    [Fact]
    public void Nor_do_workers()
    {
        User.Value = "who loads";
        using WorkerPool pool = new(4);
        Look look = new();
        for (int i = 0; i < 100; i++) pool.Run(look, 64);

        Assert.False(look.HasSeen);
    }

    /// <summary>A clock that notes what the engine's thread sees.</summary>
    private sealed class SeenByClock : TimeProvider
    {
        public List<string?> Seen { get; } = [];

        public override long GetTimestamp()
        {
            if (Thread.CurrentThread.Name == "sandglass engine") Seen.Add(User.Value);
            return base.GetTimestamp();
        }
    }

    private sealed class Look : Job
    {
        public bool HasSeen { get; private set; }

        public override void Do(int piece, int worker) => HasSeen |= worker > 0 && User.Value is not null;
    }
}
