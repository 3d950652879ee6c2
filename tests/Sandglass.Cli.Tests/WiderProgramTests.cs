namespace Sandglass.Cli.Tests;

public sealed class WiderProgramTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("processor\t: 0\nflags\t\t: fpu sse avx2 avx512f avx512dq avx512cd avx512bw avx512vl\nbugs\t:\n", true)]
    [InlineData("processor\t: 0\nflags\t\t: fpu sse avx2 avx512f avx512dq avx512cd avx512bw\nbugs\t: avx512vl\n", false)]    // of some parts, or not all of it
    [InlineData("processor\t: 0\nFeatures\t: fp asimd\n", false)]
    [InlineData("", false)]
    public void The_kernel_says_what_programs_may_use(string text, bool hasAvx512)
    {
        File.WriteAllText(_file, text);
        Assert.Equal(hasAvx512, WiderProgram.HasAvx512(_file));
    }

    [Fact]
    public void Where_nothing_tells_of_the_processor_this_program_goes_on() => Assert.False(WiderProgram.HasAvx512(_file + ".none"));

    public void Dispose() => File.Delete(_file);
}
