using System.Runtime.CompilerServices;

namespace Sandglass.Chat;

/// <summary>The state of one rendering: where output goes, where in the template it is, and what it may still spend.</summary>
/// <remarks>
/// A template comes with a model file, from whoever wrote that, so it is bounded by what it does and not by a clock: steps (an expression, an element, sixteen
/// characters looked at) and bytes ever taken, garbage included. Both grow with the conversation that was given, so that a long one is not refused for its
/// length.
/// </remarks>
internal sealed class Rendering
{
    /// <summary>How deep values may lie in values, and calls in calls.</summary>
    public const int MostDepth = 100;

    private const int MostHeight = 2000;        // of expressions and blocks in one another: half a megabyte of stack at most

    private const int Steps = 100_000, StepsPerUnit = 20;
    private const long Bytes = 16_000_000, BytesPerUnit = 400;

    private long _mostSteps = Steps, _mostBytes = Bytes;
    private long _steps, _bytes;
    private int _calls, _height;

    /// <param name="now">The time that the template may ask for.</param>
    public Rendering(DateTimeOffset? now)
    {
        Now = now;
        Output = new TextBuilder(this);
    }

    /// <summary>The time, where it was given.</summary>
    public DateTimeOffset? Now { get; }

    /// <summary>What is written goes here.</summary>
    public TextBuilder Output { get; private set; }

    /// <summary>The place in the source of what is being evaluated.</summary>
    public int Place { get; set; }

    /// <summary>Allows more, for so many characters and values that are given to the template.</summary>
    public void Allow(long units)
    {
        _mostSteps += StepsPerUnit * units;
        _mostBytes += BytesPerUnit * units;
    }

    /// <summary>Counts work.</summary>
    public void Step(long count = 1)
    {
        if ((_steps += count) > _mostSteps)
            throw new TemplateException("template-steps",
                $"More than {_mostSteps} steps: the template does not end, or does far more than this conversation needs.");
    }

    /// <summary>Enters an expression or a block; leave it with <see cref="Ascend"/>.</summary>
    public void Descend()
    {
        Step();
        if (++_height > MostHeight || (_height % 16 == 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack())) throw TooDeep();
    }

    /// <summary>Leaves an expression or a block.</summary>
    public void Ascend() => _height--;

    /// <summary>Counts memory.</summary>
    public void Take(long bytes)
    {
        if (bytes < 0 || (_bytes += bytes) > _mostBytes)
            throw new TemplateException("template-size", $"More than {_mostBytes} bytes of text and values: far more than this conversation needs.");
    }

    /// <summary>Enters a call of something written in the template; leave it with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (_calls >= MostDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw TooDeep();
        _calls++;
    }

    /// <summary>Leaves a call.</summary>
    public void Leave() => _calls--;

    /// <summary>Runs something and gives what it wrote.</summary>
    public Text Capture<T>(T state, Action<T> write)
    {
        TextBuilder before = Output;
        Take(256);
        Output = new TextBuilder(this);
        try
        {
            write(state);
            return Output.ToText();
        }
        finally
        {
            Output = before;
        }
    }

    public static TemplateException TooDeep() => new("template-depth", $"Calls or values lie more than {MostDepth} deep in one another.");
}
