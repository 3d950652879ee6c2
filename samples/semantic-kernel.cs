// Semantic Kernel with a model in the same process.   dotnet run samples/semantic-kernel.cs
#:project ../src/Sandglass.Extensions.AI/Sandglass.Extensions.AI.csproj
#:property PublishAot=false
#:package Microsoft.SemanticKernel
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Sandglass;
using Sandglass.Extensions.AI;

using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();

IKernelBuilder builder = Kernel.CreateBuilder();
builder.Services.AddSingleton<IChatClient>(model.AsIChatClient());
Kernel kernel = builder.Build();

PromptExecutionSettings settings = new() { ExtensionData = new Dictionary<string, object> { ["temperature"] = 0.7, ["seed"] = 5L, ["max_tokens"] = 40 } };
KernelFunction tell = kernel.CreateFunctionFromPrompt("Tell a tale of {{$who}} in two sentences.", settings);
foreach (string who in (string[])["a wolf", "an old king"])
{
    FunctionResult tale = await kernel.InvokeAsync(tell, new KernelArguments { ["who"] = who });
    Console.WriteLine($"{who}: {tale.GetValue<string>()!.Trim()}");
}
